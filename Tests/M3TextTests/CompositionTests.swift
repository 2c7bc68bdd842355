import M3JSON
import M3TestSupport
import M3Text
import Testing

/// Normalization Form C, as the `tokenizers` package has it.
@Suite struct CompositionTests {
  @Test func textsOfTheReference() throws {
    let rows: [JSONValue] = try Fixtures.tokenizerGolden("composition").required("texts")
    try #require(rows.count > 3500)
    for row in rows {
      let texts = try #require(row.arrayValue).compactMap(\.stringValue)
      let (text, expected) = (try #require(texts.first), try #require(texts.last))
      #expect(Self.composed(text).elementsEqual(expected.utf8), "\(Self.hexadecimal(text))")
      #expect(Self.composed(expected).elementsEqual(expected.utf8), "\(Self.hexadecimal(expected))")
    }
  }

  /// Every code point that the golden file does not name stands for itself.
  @Test func allOtherCodePoints() throws {
    let rows: [JSONValue] = try Fixtures.tokenizerGolden("composition").required("texts")
    var changing: Set<UInt32> = []
    for row in rows {
      guard let texts = row.arrayValue, texts.count == 2, let text = texts[0].stringValue?.unicodeScalars else {
        continue
      }
      if text.count == 1, let scalar = text.first { changing.insert(scalar.value) }
    }
    #expect(changing.count > 1000)
    var differing: [UInt32] = []
    for value in UInt32(0)..<0x110000 where Unicode.Scalar(value) != nil {
      if (CanonicalComposition.unicode9.compose([value]) != [value]) != changing.contains(value) {
        differing.append(value)
      }
    }
    #expect(differing.isEmpty)
  }

  /// All Korean syllables, from two or three letters and from a syllable and a letter.
  @Test func syllables() {
    let form = CanonicalComposition.unicode9
    var value: UInt32 = 0xAC00
    for initial in UInt32(0x1100)...0x1112 {
      for vowel in UInt32(0x1161)...0x1175 {
        let open = value
        #expect(form.compose([initial, vowel]) == [open])
        for final in UInt32(0x11A8)...0x11C2 {
          value += 1
          #expect(form.compose([initial, vowel, final]) == [value] && form.compose([open, final]) == [value])
        }
        value += 1
      }
    }
    #expect(value == 0xD7A4)
  }

  /// The standard library takes texts for equal that have the same form; pieces of all sizes in any place.
  @Test(arguments: [1, 2, 3] as [UInt64]) func randomTexts(seed: UInt64) throws {
    var generator = Randomness(seed: seed)
    for length in 0..<400 {
      let text = String.decomposed(scalarCount: length % 40, using: &generator)
      let composed = String(decoding: Self.composed(text), as: UTF8.self)
      #expect(composed == text, "\(Self.hexadecimal(text))")
      #expect(Self.composed(composed).elementsEqual(composed.utf8))
      #expect(composed.utf8.count * ComposedText.maximumContraction >= text.utf8.count)
    }
  }

  /// A place that both texts have parts them into what composes alone.
  @Test(arguments: [4, 5] as [UInt64]) func offsets(seed: UInt64) {
    var generator = Randomness(seed: seed)
    var count = 0
    for length in 0..<200 {
      let bytes = Array(String.decomposed(scalarCount: length % 30, using: &generator).utf8)
      guard let composed = bytes.withUnsafeBufferPointer({ ComposedText($0) }) else { continue }
      for offset in 0...composed.bytes.count {
        let isBoundary = offset == composed.bytes.count || composed.bytes[offset] & 0xC0 != 0x80
        guard isBoundary, let original = composed.originalOffset(of: offset) else { continue }
        #expect(Self.composed(Array(bytes[..<original])).elementsEqual(composed.bytes[..<offset]))
        #expect(Self.composed(Array(bytes[original...])).elementsEqual(composed.bytes[offset...]))
        count += 1
      }
      #expect(composed.originalOffset(of: composed.bytes.count) == bytes.count)
    }
    #expect(count > 1000)
  }

  @Test func bytesThatAreNoText() throws {
    let bytes: [UInt8] = [0xCC, 0x65, 0xCC, 0x81, 0xFF, 0xCC, 0xA3, 0xCC, 0x80, 0xCC, 0xA3, 0xE2, 0x84, 0xAB, 0xF0]
    let composed = try #require(bytes.withUnsafeBufferPointer { ComposedText($0) })
    #expect(composed.bytes == [0xCC, 0xC3, 0xA9, 0xFF, 0xCC, 0xA3, 0xCC, 0xA3, 0xCC, 0x80, 0xC3, 0x85, 0xF0])
  }

  /// A million combining characters in a row, in the worst order.
  @Test func manyMarks() {
    let marks = (0..<200_000).flatMap { _ in ["\u{301}", "\u{323}"] as [Unicode.Scalar] }
    let composed = Self.composed("a" + String(String.UnicodeScalarView(marks)))
    let rest = String(repeating: "\u{323}", count: 199_999) + String(repeating: "\u{301}", count: 200_000)
    #expect(composed.elementsEqual(Array("\u{1EA1}".utf8) + Array(rest.utf8)))
  }

  private static func composed(_ text: String) -> [UInt8] { composed(Array(text.utf8)) }

  private static func composed(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBufferPointer { ComposedText($0)?.bytes } ?? bytes
  }

  private static func hexadecimal(_ text: String) -> String {
    text.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: " ")
  }
}

extension String {
  /// Letters, marks that compose with them and marks that do not, Korean letters, ASCII.
  static func decomposed(scalarCount: Int, using generator: inout some RandomNumberGenerator) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x61...0x7A, 0x41...0x5A, 0x20...0x3F, 0x300...0x345, 0x300...0x308, 0x320...0x331, 0xC0...0x17F, 0x3B1...0x3C9,
      0x1F00...0x1FFE, 0x5B0...0x5C2, 0x5D0...0x5EA, 0x64B...0x655, 0x915...0x93C, 0x9BE...0x9D7, 0x1100...0x1112,
      0x1161...0x1175, 0x11A8...0x11C2, 0xAC00...0xAC20, 0x3041...0x309A, 0x2126...0x212B, 0xF900...0xF910,
    ]
    var scalars = String.UnicodeScalarView()
    while scalars.count < scalarCount {
      guard let range = ranges.randomElement(using: &generator) else { break }
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { scalars.append(scalar) }
    }
    return String(scalars)
  }
}
