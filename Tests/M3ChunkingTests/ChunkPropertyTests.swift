import M3Chunking
import M3TestSupport
import M3Text
import Testing

@Suite struct ChunkPropertyTests {
  static let bounds = [8, 9, 13, 16, 31, 64, 100, 128, 512]
  static let titles: [String?] = [nil, "Cat", "记忆 and  memory", "A title that is far too long for some of the bounds"]

  @Test(arguments: Texts.all.indices, bounds) func fourScripts(index: Int, bound: Int) throws {
    try check(Fixtures.tiny.get(), Texts.all[index].text, bound)
  }

  @Test(.enabled(if: Fixtures.smollm2 != nil), arguments: Texts.all.indices, bounds)
  func fourScriptsWithSmolLM2(index: Int, bound: Int) throws {
    try check(Fixtures.real.get(), Texts.all[index].text, bound)
  }

  /// All four in one document, with every combination of white space between.
  @Test(
    .enabled(if: Fixtures.smollm2 != nil),
    arguments: ["", " ", "\n", "\r\n\r\n", "\u{2029}", "\u{A0}", " \u{3000} "])
  func scriptsSideBySide(separator: String) throws {
    let text = Texts.all.map(\.text).joined(separator: separator)
    try check(Fixtures.real.get(), separator + text + separator, 40)
  }

  @Test(arguments: 0..<40 as Range<UInt64>) func randomText(seed: UInt64) throws {
    var generator = Randomness(seed: seed)
    let text = String.random(scalarCount: 700, using: &generator)
    try check(Fixtures.tiny.get(), text, Int.random(in: 8...80, using: &generator))
    if Fixtures.smollm2 != nil { try check(Fixtures.real.get(), text, Int.random(in: 8...80, using: &generator)) }
  }

  /// Texts without a place to cut, or without an end.
  @Test(arguments: [
    "a", "Qm9vaw", "字", "😀", "👩🏽‍🚀", "a\u{301}", "\u{301}", "\u{4}", "\u{FFFF}", "\u{A0}", "ab\u{A0}\u{A0}",
    "。", "1", "…", ". ", "\n",
    "\u{2029}", "'s", "नि", "ก็", "\u{200D}", "\u{1F1EB}\u{1F1F7}", "\r\n", "a.b", "「」",
  ])
  func endlessRepetition(unit: String) throws {
    let text = "x" + String(repeating: unit, count: 1000) + "y"
    try check(Fixtures.tiny.get(), text, 32)
    if Fixtures.smollm2 != nil { try check(Fixtures.real.get(), text, 128) }
  }

  private func check(_ tokenizer: Tokenizer, _ text: String, _ bound: Int) throws {
    let chunker = Chunker(tokenizer: tokenizer, configuration: ChunkConfiguration(maximumTokens: bound))
    for title in Self.titles {
      let chunks = chunker.chunks(of: text, title: title)
      checkProperties(of: chunks, text: text, title: title, tokenizer: tokenizer, bound: bound)
      #expect(chunker.chunks(of: text, title: title) == chunks)
    }
  }
}

extension String {
  /// Runs of several scripts, marks, white space and controls.
  static func random(scalarCount: Int, using generator: inout some RandomNumberGenerator) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x01...0x1F, 0x20...0x20, 0x20...0x2F, 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x61...0x7A, 0x80...0xFF,
      0x300...0x30F, 0x0621...0x064A, 0x0905...0x094D, 0x0964...0x0965, 0x2000...0x2029, 0x3000...0x3011,
      0x3041...0x3060, 0x4E00...0x4E80, 0x4E00...0x4E80, 0xFF00...0xFF1F, 0x1F600...0x1F640, 0x1F3FB...0x1F3FF,
      0x200D...0x200D, 0x1F1E6...0x1F1FF, 0xAC00...0xAC40, 0xE0100...0xE0103,
    ]
    var scalars = String.UnicodeScalarView()
    while scalars.count < scalarCount {
      guard let range = ranges.randomElement(using: &generator) else { break }
      for _ in 0..<Int.random(in: 1...9, using: &generator) {
        if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { scalars.append(scalar) }
      }
    }
    return String(scalars)
  }
}
