#if canImport(Glibc)
  import Glibc
#endif
import M3Text

/// Python's methods of `str` on ranges of UTF-8.
struct TextBytes {
  let utf8: UnsafeBufferPointer<UInt8>

  init(_ utf8: UnsafeBufferPointer<UInt8>) {
    self.utf8 = utf8
  }

  /// `lstrip()`.
  func leftStripped(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound {
      let scalar = utf8.scalar(at: start)
      guard PythonCharacters.isSpace(scalar.value) else { break }
      start += scalar.byteCount
    }
    return start..<range.upperBound
  }

  /// `rstrip()`.
  func rightStripped(_ range: Range<Int>) -> Range<Int> {
    var end = range.upperBound
    while end > range.lowerBound {
      let scalar = utf8.scalar(before: end)
      guard PythonCharacters.isSpace(scalar.value) else { break }
      end -= scalar.byteCount
    }
    return range.lowerBound..<end
  }

  /// `strip()`.
  func stripped(_ range: Range<Int>) -> Range<Int> { PythonCharacters.stripped(range, of: utf8) }

  func begins(_ range: Range<Int>, with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard range.count >= count else { return false }
    return (0..<count).allSatisfy { utf8[range.lowerBound + $0] == text.utf8Start[$0] }
  }

  func ends(_ range: Range<Int>, with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard range.count >= count else { return false }
    return begins(range.upperBound - count..<range.upperBound, with: text)
  }

  /// `count()` of a text, without overlaps.
  func count(of text: StaticString) -> Int {
    var count = 0
    var index = find(text.utf8Start[0], in: 0..<utf8.count)
    while index < utf8.count {
      let isThere = begins(index..<utf8.count, with: text)
      if isThere { count += 1 }
      index = find(text.utf8Start[0], in: index + (isThere ? text.utf8CodeUnitCount : 1)..<utf8.count)
    }
    return count
  }

  /// The first index of a byte; the range's end where it is not there.
  func find(_ byte: UInt8, in range: Range<Int>) -> Int {
    guard let base = utf8.baseAddress, let found = memchr(base + range.lowerBound, Int32(byte), range.count) else {
      return range.upperBound
    }
    return UnsafeRawPointer(base).distance(to: found)
  }

  /// Visits what stands between runs of at least `minimum` line feeds, as `re.split` gives it.
  func split(_ range: Range<Int>, lineFeeds minimum: Int, _ visit: (Range<Int>) -> Void) {
    var start = range.lowerBound
    var index = start
    while index < range.upperBound {
      let first = find(0x0A, in: index..<range.upperBound)
      index = first
      while index < range.upperBound, utf8[index] == 0x0A { index += 1 }
      if index - first >= minimum {
        visit(start..<first)
        start = index
      }
    }
    visit(start..<range.upperBound)
  }
}
