/// What a normalization makes of every code point: a table that is filled where texts need it, 256 code points at a time.
struct CharacterTreatments {
  /// What stands for a code point: a kind and a range of ``utf8``.
  struct Entry {
    let kind: CharacterTreatment.Kind
    let byteCount: UInt8
    let offset: UInt32
  }

  let normalization: TextNormalization
  /// Page number of each 256 code points; -1 where the page was not needed so far.
  private var pages = [Int32](repeating: -1, count: 0x110000 / 256)
  private var entries: [Entry] = []
  /// The characters that stand for others, one after the other.
  private(set) var utf8: [UInt8] = []

  init(_ normalization: TextNormalization) { self.normalization = normalization }

  /// The entry of a code point up to U+10FFFF.
  @inline(__always)
  mutating func entry(of value: UInt32) -> Entry {
    var page = pages[Int(value >> 8)]
    if page < 0 { page = fill(value >> 8) }
    return entries[Int(page) << 8 | Int(value & 0xFF)]
  }

  private mutating func fill(_ index: UInt32) -> Int32 {
    let page = Int32(entries.count >> 8)
    for value in index << 8..<(index + 1) << 8 {
      let treatment = Unicode.Scalar(value).map { CharacterTreatment(of: $0, by: normalization) } ?? .deleted
      entries.append(
        Entry(kind: treatment.kind, byteCount: UInt8(treatment.utf8.count), offset: UInt32(utf8.count)))
      utf8 += treatment.utf8
    }
    pages[Int(index)] = page
    return page
  }
}
