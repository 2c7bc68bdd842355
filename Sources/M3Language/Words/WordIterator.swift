internal import CICU

/// ICU's break iterator. For one thread at a time, which is what ``WordSegmenter`` sees to.
final class WordIterator: @unchecked Sendable {
  private let words: OpaquePointer

  /// Nil where ICU has no data or no memory.
  init?() {
    guard let words = m3_icu_words_open() else { return nil }
    self.words = words
  }

  deinit {
    m3_icu_words_close(words)
  }

  func forEachSegment(of utf8: UnsafeBufferPointer<UInt8>, _ body: (WordSegment) -> Void) {
    let isSet = utf8.withMemoryRebound(to: CChar.self) {
      m3_icu_words_set_text(words, $0.baseAddress, Int64($0.count))
    }
    // No iterator keeps the caller's bytes.
    defer { _ = m3_icu_words_set_text(words, "", 0) }
    guard isSet else { return body(WordSegment(range: 0..<utf8.count, kind: .other)) }
    var start = 0
    var kind = M3_ICU_OTHER
    while case let end = Int(m3_icu_words_next(words, &kind)), end > start {
      body(WordSegment(range: start..<end, kind: Self.kind(kind)))
      start = end
    }
  }

  private static func kind(_ kind: m3_icu_kind) -> WordSegment.Kind {
    switch kind {
    case M3_ICU_WORD: .word
    case M3_ICU_NUMBER: .number
    default: .other
    }
  }
}
