/// What normalization and the split into words make of every code point, in a table of two steps: 256 code points a
/// page, equal pages once.
package struct BertCharacters: Sendable {
  /// What becomes of a character.
  package enum Kind: UInt32 {
    /// A part of a word, as it is or as another character.
    case letter
    /// Ends a word and is dropped.
    case space
    /// A word of its own.
    case punctuation
    /// A word of its own; it has a kind of its own since normalization may change it.
    case ideograph
    /// Dropped, as though it had not been there.
    case skipped
    /// None or several characters, or one that moves behind the marks before it.
    case expanded
  }

  /// A kind in the lowest three bits; above it the character that takes the place of this one, 0 for itself, or
  /// where the expansion begins.
  package struct Entry: Hashable {
    fileprivate let bits: UInt32

    init(_ kind: Kind, _ payload: UInt32 = 0) { bits = payload << 3 | kind.rawValue }

    @inline(__always)
    package var kind: Kind { Kind(rawValue: bits & 7)! }
    @inline(__always)
    package var payload: UInt32 { bits >> 3 }
  }

  /// One character of an expansion: a code point and, in the top byte, its canonical combining class.
  package struct Part: Equatable {
    let bits: UInt32

    init(_ value: UInt32, combiningClass: UInt8) { bits = UInt32(combiningClass) << 24 | value }

    /// In place of a starter that was removed: marks do not move across it.
    package static let barrier = Part(0x1F_FFFF, combiningClass: 0)

    package var value: UInt32 { bits & 0x1F_FFFF }
    package var combiningClass: UInt8 { UInt8(bits >> 24) }
  }

  /// Page number of each 256 code points.
  private let pages: [UInt16]
  /// Page after page; page 0 is U+0000 to U+00FF.
  private let entries: [Entry]
  /// Where each expansion begins in `parts`, and at the end where the last one ends.
  private let partOffsets: [Int]
  private let parts: [Part]

  private static let uncased = BertCharacters(.uncased)

  /// The table of a normalization, for uncased models made only once.
  static func table(of normalization: BertNormalization) -> BertCharacters {
    normalization == .uncased ? uncased : BertCharacters(normalization)
  }

  package init(_ normalization: BertNormalization) {
    var builder = BertCharactersBuilder(normalization)
    var pages: [UInt16] = []
    var entries: [Entry] = []
    var known: [[Entry]: UInt16] = [:]
    for first in stride(from: UInt32(0), to: 0x110000, by: 256) {
      let page = (first..<first + 256).map { builder.entry(for: $0) }
      let number = known[page] ?? UInt16(known.count)
      if known.updateValue(number, forKey: page) == nil { entries += page }
      pages.append(number)
    }
    self.pages = pages
    self.entries = entries
    partOffsets = builder.partOffsets
    parts = builder.parts
  }

  /// The entry of a code point up to U+10FFFF.
  @inline(__always)
  package subscript(_ value: UInt32) -> Entry {
    entries[Int(pages[Int(value >> 8)]) << 8 | Int(value & 0xFF)]
  }

  package func expansion(_ index: UInt32) -> ArraySlice<Part> {
    parts[partOffsets[Int(index)]..<partOffsets[Int(index) + 1]]
  }
}
