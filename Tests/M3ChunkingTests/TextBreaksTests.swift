import M3Chunking
import Testing

/// A text with `|` at the place in question, and the kind of break there.
struct BreakExample: CustomTestStringConvertible, Sendable {
  var text: String
  var kind: BreakKind?

  var testDescription: String { text }

  init(_ text: String, _ kind: BreakKind?) {
    self.text = text
    self.kind = kind
  }
}

@Suite struct TextBreaksTests {
  static let sentences: [BreakExample] = [
    .init("It ends.| Next", .sentence), .init("It ends!| Next", .sentence), .init("Does it?| Next", .sentence),
    .init("It ends…| Next", .sentence), .init("It ends...| Next", .sentence), .init("“It ends.”| Next", .sentence),
    .init("(It ends.)| Next", .sentence), .init("It ends.| “Next”", .sentence), .init("It ends.| 5 more", .sentence),
    .init("in 1999.| Then", .sentence), .init("on the net.| The", .sentence), .init("¿Qué?| ¡Sí!", .sentence),
    .init("Ends.|\u{A0} X", .sentence), .init("Это всё.| Дальше", .sentence), .init("نعم؟| لا", .sentence),
    .init("ہے۔| اور", .sentence), .init("है।| उसे", .sentence), .init("है॥|उसे", .sentence), .init("读。|它", .sentence),
    .init("读!|它", .sentence), .init("吗?|它", .sentence), .init("读\u{FF01}|它", .sentence),
    .init("吗\u{FF1F}|它", .sentence), .init("读。」|它", .sentence), .init("读。|「它", .sentence),
    .init("読んだ。|次", .sentence), .init("ነው።| እና", .sentence),
  ]

  static let noSentences: [BreakExample] = [
    .init("e.g.| the", .word), .init("e.g.| Paris", .word), .init("the U.S.| Army", .word), .init("J.| Smith", .word),
    .init("Dr.| Smith", .word), .init("No.| 5", .word), .init("Ph.D.| She", .word), .init("z.B.| Berlin", .word),
    .init("М.| Булгаков", .word), .init("“What?”| he said", .word), .init("wait...| no", .word),
    .init("1.| First", .word),
    .init("x\n 12.| Next", .word), .init("3.|14", nil), .init("example.|org", nil), .init("It ends|. Next", nil),
    .init("“It ends.|” Next", nil), .init("读|。它", nil), .init("读。|」它", nil), .init("吗?|!它", nil),
  ]

  static let others: [BreakExample] = [
    .init("a.|\n\nB", .paragraph), .init("a|\n\nb", .paragraph), .init("a|\r\n\r\nb", .paragraph),
    .init("a|\n \t\nb", .paragraph), .init("a|\u{2029}b", .paragraph), .init("a|\u{2028}\u{85}b", .paragraph),
    .init("It ends.|\nNext", .paragraph), .init("读。|\n它", .paragraph), .init("It ends.|\nnext", .line),
    .init("a|\nb", .line), .init("a|\r\nb", .line), .init("a,|\nb", .line), .init("a| b", .word), .init("a|\tb", .word),
    .init("a| \u{A0}b", .word), .init("a,| b", .clause), .init("a;| b", .clause), .init("a:| b", .clause),
    .init("a –| b", .clause), .init("أ،| ب", .clause), .init("读,|它", .clause), .init("读\u{FF0C}|它", .clause),
    .init("读、|它", .clause), .init("读……|它", .clause),
    .init("读|它", .word), .init("读|a", .word), .init("a|读", .word), .init("か|な", .word), .init("カ|ナ", .word),
    .init("读|《它》", .word), .init("《它》|读", .word), .init("a|b", nil), .init("a |b", nil), .init("a|\u{A0}b", nil),
    .init("a| \u{301}b", nil), .init("か|\u{3099}", nil), .init("读|\u{E0100}", nil), .init("《|它》", nil),
    .init("《它|》", nil),
    .init("읽|다", nil), .init("क|ा", nil), .init("a|-b", nil), .init("😀|😀", nil),
  ]

  @Test(arguments: sentences + noSentences + others) func kind(_ example: BreakExample) throws {
    let parts = example.text.unicodeScalars.split(separator: "|" as Unicode.Scalar, omittingEmptySubsequences: false)
    try #require(parts.count == 2)
    let bytes = Array(String(parts[0]).utf8) + Array(String(parts[1]).utf8)
    let kind = bytes.withUnsafeBufferPointer { TextBreaks($0).kind(at: String(parts[0]).utf8.count) }
    #expect(kind == example.kind)
  }
}
