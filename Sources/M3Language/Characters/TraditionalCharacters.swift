internal import CICU

/// The Chinese characters that have another, simplified form: those that ICU's transform `Hant-Hans` changes on their
/// own.
public struct TraditionalCharacters: Sendable {
  /// Nil where ICU's data is missing from the machine.
  public static let standard = TraditionalCharacters()

  /// The unified ideographs of the basic plane, with extension A.
  private static let range: Range<UInt32> = 0x3400..<0xA000

  private let flags: [Bool]

  private init?() {
    let count = Self.range.count
    var isKnown = false
    flags = [Bool](unsafeUninitializedCapacity: count) { buffer, initialized in
      buffer.initialize(repeating: false)
      isKnown = m3_icu_traditional(Self.range.lowerBound, UInt32(count), buffer.baseAddress)
      initialized = count
    }
    if !isKnown { return nil }
  }

  /// Whether a code point is a traditional form.
  public func contains(_ value: UInt32) -> Bool {
    Self.range.contains(value) && flags[Int(value - Self.range.lowerBound)]
  }
}
