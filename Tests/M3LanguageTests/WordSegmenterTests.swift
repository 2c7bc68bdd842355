import M3Language
import Testing

@Suite struct WordSegmenterTests {
  private func words(_ text: String, _ kinds: Set<WordSegment.Kind> = [.word, .number]) -> [String] {
    let bytes = Array(text.utf8)
    return WordSegmenter.shared.segments(of: text).filter { kinds.contains($0.kind) }.map {
      String(decoding: bytes[$0.range], as: UTF8.self)
    }
  }

  /// UAX #29, and ICU's dictionaries.
  @Test func scripts() {
    #expect(words("It's 3.14, not 3!") == ["It's", "3.14", "not", "3"])
    #expect(words("It's 3.14, not 3!", [.number]) == ["3.14", "3"])
    #expect(words("我们今天去北京。") == ["我们", "今天", "去", "北京"])
    #expect(words("ภาษาไทยง่าย") == ["ภาษา", "ไทย", "ง่าย"])
    #expect(words("东京 Tokyo 2020年") == ["东京", "Tokyo", "2020", "年"])
  }

  @Test(arguments: ["", "a", " ", "。", "😀👨‍👩‍👧", "It's 旧桥，ไทย\n\n42", String(repeating: "山", count: 20_000)])
  func segmentsCoverTheText(text: String) {
    let segments = WordSegmenter.shared.segments(of: text)
    var end = 0
    for segment in segments {
      #expect(segment.range.lowerBound == end && !segment.range.isEmpty)
      end = segment.range.upperBound
    }
    #expect(end == text.utf8.count)
  }

  @Test func brokenBytes() {
    let text = Array("旧桥ไทย a😀".utf8)
    for index in text.indices {
      for byte: UInt8 in [0x00, 0x80, 0xC0, 0xED, 0xF4, 0xFF] {
        var broken = text
        broken[index] = byte
        let segments = broken.withUnsafeBufferPointer { WordSegmenter.shared.segments(of: $0) }
        #expect(segments.last?.range.upperBound == broken.count)
      }
      let cut = Array(text[..<index])
      let segments = cut.withUnsafeBufferPointer { WordSegmenter.shared.segments(of: $0) }
      #expect(segments.last?.range.upperBound ?? 0 == cut.count)
    }
  }

  @Test func versions() {
    #expect(ICULibrary.version.firstMatch(of: /^\d+(\.\d+)+$/) != nil)
    #expect(ICULibrary.dataVersion.firstMatch(of: /^\d+(\.\d+)+$/) != nil)
  }

  @Test func fromManyThreads() async {
    let text = "我们今天去北京大学，明天 we go home。"
    let segmenter = WordSegmenter()
    let expected = segmenter.segments(of: text)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<100).allSatisfy { _ in segmenter.segments(of: text) == expected } }
      }
      for await isEqual in group { #expect(isEqual) }
    }
  }
}
