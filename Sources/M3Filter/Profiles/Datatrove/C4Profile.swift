import M3Text

/// C4's rules as datatrove's `C4QualityFilter` applies them to English, line by line.
///
/// Lines are left out, and then do not count, that end in no terminal punctuation, have few words or a very long one,
/// name JavaScript, or speak of terms and policies. What stays must have sentences enough, neither a curly bracket
/// nor "lorem ipsum". The source also leaves the lines out of the text: ``rewritten(_:)``.
///
/// - SeeAlso: Raffel et al., "Exploring the Limits of Transfer Learning", 2.2.
public struct C4Profile: RewritingProfile {
  public var name: String { terminalPunctuation ? "c4@datatrove" : "c4-fineweb@datatrove" }
  public let version = "0.10.1"
  /// The values of the first two are 1 where a line that stays has it, and 0 where none does.
  public var rules: [FilterRule] = [
    FilterRule(reason: "lorem_ipsum", setting: "filter_lorem_ipsum", .atMost(0)),
    FilterRule(reason: "curly_bracket", setting: "filter_curly_bracket", .atMost(0)),
    FilterRule(reason: "too_few_sentences", setting: "min_num_sentences", .atLeast(5)),
  ]
  /// Whether lines without terminal punctuation are left out: `filter_no_terminal_punct`. FineWeb runs without.
  public let terminalPunctuation: Bool
  /// Lines of fewer words are left out: `min_words_per_line`.
  public var minimumWordsPerLine = 3
  /// Lines with a word of more code points are left out: `max_word_length`.
  public var maximumWordLength = 1000

  public init(terminalPunctuation: Bool = true) {
    self.terminalPunctuation = terminalPunctuation
  }

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    text.bytes.withUnsafeBufferPointer { utf8 in
      var line = C4Line(profile: self)
      var sentences = LineSentences(text)
      var sentenceCount = 0
      var hasLoremIpsum = false
      var hasCurlyBracket = false
      for range in text.view(SplitLines.self).ranges where line.read(range, of: utf8) {
        // Either ends the source's search at once, so the reason is that of the first.
        if line.phrases.contains(.loremIpsum), !hasLoremIpsum {
          hasLoremIpsum = true
          guard visit(0, 1) else { return }
        }
        if line.phrases.contains(.javaScript) { continue }
        if line.phrases.contains(.curlyBracket), !hasCurlyBracket {
          hasCurlyBracket = true
          guard visit(1, 1) else { return }
        }
        if line.phrases.contains(.policy) { continue }
        sentenceCount += sentences.count(of: line, in: utf8)
      }
      if !hasLoremIpsum, !visit(0, 0) { return }
      if !hasCurlyBracket, !visit(1, 0) { return }
      _ = visit(2, Double(sentenceCount))
    }
  }

  /// What the source makes of a text that it keeps: its lines that stay, without white space around them and without
  /// marks of citations.
  public func rewritten(_ text: String) -> String {
    let text = FilterText(text)
    var kept: [UInt8] = []
    text.bytes.withUnsafeBufferPointer { utf8 in
      var line = C4Line(profile: self)
      for range in text.view(SplitLines.self).ranges
      where line.read(range, of: utf8) && line.phrases.isDisjoint(with: [.javaScript, .policy]) {
        kept += line.bytes(of: utf8)
        kept.append(0x0A)
      }
    }
    return kept.withUnsafeBufferPointer { kept in
      String(decoding: kept[TextBytes(kept).stripped(0..<kept.count)], as: UTF8.self)
    }
  }
}
