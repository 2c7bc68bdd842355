/// The strings of a metadata array, end to end in one buffer: a vocabulary takes as many bytes in
/// memory as in the file, and no allocation of its own for each token.
public struct GGUFStrings: Sendable, Equatable {
  /// UTF-8, already validated.
  private var bytes: [UInt8] = []
  /// Where each string ends in `bytes`.
  private var ends: [Int] = []

  package init() {}

  /// The caller has checked that `bytes` are UTF-8.
  mutating func append(validated string: some Collection<UInt8>) {
    bytes.append(contentsOf: string)
    ends.append(bytes.count)
  }

  mutating func reserveCapacity(_ count: Int) {
    ends.reserveCapacity(count)
  }
}

extension GGUFStrings: RandomAccessCollection {
  public var startIndex: Int { 0 }
  public var endIndex: Int { ends.count }

  /// The UTF-8 bytes of a string.
  ///
  /// Bytes and not a `String`, whose `==` takes composed and decomposed forms for one: two tokens
  /// of a vocabulary may differ in nothing else.
  public subscript(index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }
}
