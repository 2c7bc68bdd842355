/// Key-values that a sequence attends to before its own tokens: ragged, each head with its own number of them.
///
/// Keys are rotated already. Entry `layer · G + head` owns rows `offsets[entry] ..< offsets[entry + 1]` of `keys` and
/// `values`, each row D float32 values.
public struct AttentionMemory: Sendable, Equatable {
  public let layerCount: Int
  public let keyValueHeadCount: Int
  public let headDimension: Int
  /// (L · G + 1) row offsets, ascending from 0.
  public private(set) var offsets: [Int]
  /// (rows, D).
  public private(set) var keys: [Float]
  /// (rows, D).
  public private(set) var values: [Float]

  /// Takes rows as they are.
  ///
  /// - Precondition: the counts of offsets, keys and values fit together.
  public init(
    layerCount: Int, keyValueHeadCount: Int, headDimension: Int, offsets: [Int], keys: [Float], values: [Float]
  ) {
    precondition(
      offsets.count == layerCount * keyValueHeadCount + 1 && offsets.first == 0, "one offset an entry and one more")
    precondition(keys.count == offsets.last! * headDimension && values.count == keys.count, "a key and a value a row")
    self.layerCount = layerCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.offsets = offsets
    self.keys = keys
    self.values = values
  }

  /// One memory whose heads hold the rows of all parts, in the order of the parts.
  ///
  /// - Precondition: there is a part, and all have one shape.
  public init(concatenating parts: [AttentionMemory]) {
    let first = parts[0]
    precondition(
      parts.allSatisfy {
        ($0.layerCount, $0.keyValueHeadCount, $0.headDimension) == (
          first.layerCount, first.keyValueHeadCount, first.headDimension
        )
      }, "memories of one model")
    let entryCount = first.layerCount * first.keyValueHeadCount
    let rowCount = parts.reduce(0) { $0 + $1.rowCount }
    var offsets = [0]
    var keys: [Float] = []
    var values: [Float] = []
    offsets.reserveCapacity(entryCount + 1)
    keys.reserveCapacity(rowCount * first.headDimension)
    values.reserveCapacity(rowCount * first.headDimension)
    for entry in 0..<entryCount {
      for part in parts {
        let elements = part.offsets[entry] * part.headDimension..<part.offsets[entry + 1] * part.headDimension
        keys.append(contentsOf: part.keys[elements])
        values.append(contentsOf: part.values[elements])
      }
      offsets.append(keys.count / first.headDimension)
    }
    self.init(
      layerCount: first.layerCount, keyValueHeadCount: first.keyValueHeadCount, headDimension: first.headDimension,
      offsets: offsets, keys: keys, values: values)
  }

  /// Rows of all heads together.
  public var rowCount: Int { offsets.last! }

  /// The rows of one head in one layer.
  public func rows(layer: Int, head: Int) -> Range<Int> {
    let entry = layer * keyValueHeadCount + head
    return offsets[entry]..<offsets[entry + 1]
  }
}
