internal import CICU
import Synchronization

/// Cuts text into words: by the rules of UAX #29 and, for Chinese, Japanese, Thai, Lao, Khmer and Burmese, by ICU's
/// dictionaries.
///
/// Any number of threads may use one: each takes an iterator of its own, and gives it back for the next text.
public final class WordSegmenter: Sendable {
  /// One for the program.
  public static let shared = WordSegmenter()

  private let idle = Mutex<[WordIterator]>([])

  public init() {}

  /// The segments of a text, in order, without gaps.
  public func segments(of text: String) -> [WordSegment] {
    var text = text
    return text.withUTF8 { segments(of: $0) }
  }

  /// The segments of a text in UTF-8. A byte that belongs to no well-formed sequence stands for an unknown character.
  ///
  /// Where ICU's data is missing from the machine the whole text is one segment of the kind other.
  public func segments(of utf8: UnsafeBufferPointer<UInt8>) -> [WordSegment] {
    var segments: [WordSegment] = []
    forEachSegment(of: utf8) { segments.append($0) }
    return segments
  }

  /// Calls `body` with each segment of a text, in order.
  public func forEachSegment(of utf8: UnsafeBufferPointer<UInt8>, _ body: (WordSegment) -> Void) {
    guard !utf8.isEmpty else { return }
    // ICU counts characters in 32 bits.
    guard utf8.count <= Int(Int32.max), let iterator = idle.withLock({ $0.popLast() }) ?? WordIterator() else {
      body(WordSegment(range: 0..<utf8.count, kind: .other))
      return
    }
    iterator.forEachSegment(of: utf8, body)
    idle.withLock { $0.append(iterator) }
  }
}
