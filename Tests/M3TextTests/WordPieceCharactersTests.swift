import M3Bytes
import M3JSON
import M3TestSupport
import M3Text
import Testing

/// What becomes of every code point, as the `tokenizers` package has it.
@Suite struct WordPieceCharactersTests {
  @Test(arguments: ["uncased", "cased", "raw, stripped"])
  func everyCodePoint(normalizer: String) throws {
    let golden = try Fixtures.wordPieceGolden("characters")
    let characters = try BertCharacters(
      Self.normalization(golden.required("normalizers", as: JSONFields.self).required(normalizer)))
    let starts: [UInt32] = try golden.required("starts")
    let digests: [String] = try golden.required("digests", as: JSONFields.self).required(normalizer)
    try #require(starts.first == 0 && starts.count == digests.count)
    for (index, start) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1] : 0x110000
      var lines: [UInt8] = []
      for value in start..<end where Unicode.Scalar(value) != nil {
        Self.append(value, to: &lines)
        Self.describe(value, characters, to: &lines)
        lines.append(UInt8(ascii: "\n"))
      }
      #expect(SHA256Digest.of(lines).description == digests[index], "from \(start)")
    }
  }

  private static func normalization(_ section: JSONFields) throws -> BertNormalization {
    let lowercases: Bool = try section.required("lowercase")
    let strips: Bool? = section.object["strip_accents"]?.boolValue
    return try BertNormalization(
      cleansText: section.required("clean_text"), isolatesIdeographs: section.required("handle_chinese_chars"),
      stripsAccents: strips ?? lowercases, lowercases: lowercases)
  }

  /// What stands behind the code point in a line of the golden file.
  private static func describe(_ value: UInt32, _ characters: BertCharacters, to line: inout [UInt8]) {
    let entry = characters[value]
    let character = entry.payload == 0 ? value : entry.payload
    let within = Array(" within".utf8)
    switch entry.kind {
    case .letter:
      line += within
      append(character, after: " ", to: &line)
    case .space: line += " space".utf8
    case .punctuation, .ideograph:
      line += " isolated".utf8
      append(character, after: " ", to: &line)
    case .skipped: line += " skipped".utf8
    case .expanded:
      let parts = characters.expansion(entry.payload).filter { $0 != .barrier }
      line += parts.isEmpty ? Array(" skipped".utf8) : within
      for part in parts { append(part.value, after: " ", to: &line) }
    }
  }

  /// Writes a code point in hexadecimal: millions of strings would take much longer.
  private static func append(_ value: UInt32, after separator: String = "", to line: inout [UInt8]) {
    line += separator.utf8
    let digitCount = max(1, (35 - value.leadingZeroBitCount) / 4)
    for place in (0..<digitCount).reversed() {
      let digit = UInt8(value >> UInt32(4 * place) & 15)
      line.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
    }
  }
}
