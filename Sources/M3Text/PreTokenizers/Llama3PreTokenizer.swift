/// The scanner of `llama-bpe` and `qwen2`: no regular expression, one pass over the bytes.
///
/// The pattern of `llama-bpe` is
/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
/// that of `qwen2` has `\p{N}` in place of `\p{N}{1,3}`.
package struct Llama3PreTokenizer: PreTokenizer {
  /// The most number characters in a word: 3 for `llama-bpe`, 1 for `qwen2`.
  package let maximumNumberCount: Int
  private let classes = CharacterClasses.unicode16

  package init(maximumNumberCount: Int) {
    self.maximumNumberCount = maximumNumberCount
  }

  @inline(__always)
  package func wordEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let first = classes.character(in: utf8, at: start)
    switch first.kind {
    case .letter:
      return classes.runEnd(of: .letter, in: utf8, from: first.end)
    case .number:
      return numberEnd(in: utf8, from: first.end)
    case .other:
      if let end = contractionEnd(in: utf8, from: start) { return end }
      guard first.end < utf8.count else { return first.end }
      let next = classes.character(in: utf8, at: first.end)
      if next.kind == .letter { return classes.runEnd(of: .letter, in: utf8, from: next.end) }
      return otherEnd(in: utf8, from: first.end)
    case .space:
      guard first.end < utf8.count, !Self.isLineEnd(utf8[start]) else { return spaceEnd(in: utf8, from: start) }
      let next = classes.character(in: utf8, at: first.end)
      if next.kind == .letter { return classes.runEnd(of: .letter, in: utf8, from: next.end) }
      if next.kind == .other, utf8[start] == UInt8(ascii: " ") { return otherEnd(in: utf8, from: next.end) }
      return spaceEnd(in: utf8, from: start)
    }
  }

  /// White space other than a line's end looks at what follows. A cut behind it could make one word of
  /// what was two. A line's end is the last one of its run of white space, or of those behind
  /// a mark, and a cut brings no further one.
  @inline(__always)
  package func isStable(_ wordEnd: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    Self.isLineEnd(utf8[wordEnd - 1]) || classes[utf8.scalar(before: wordEnd).value] != .space
  }

  /// `\p{N}{1,3}` or `\p{N}`, behind its first character.
  @inline(__always)
  private func numberEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    for _ in 1..<maximumNumberCount where index < utf8.count {
      let character = classes.character(in: utf8, at: index)
      guard character.kind == .number else { break }
      index = character.end
    }
    return index
  }

  /// `[^\s\p{L}\p{N}]+[\r\n]*`, behind its first character.
  @inline(__always)
  private func otherEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = classes.runEnd(of: .other, in: utf8, from: start)
    while index < utf8.count, Self.isLineEnd(utf8[index]) { index += 1 }
    return index
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line's end among the white space. Where there is none it
  /// keeps its last character for what follows, unless it has only one or nothing follows.
  private func spaceEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var lineEnd: Int?
    var last = start
    var index = start
    while index < utf8.count {
      let character = classes.character(in: utf8, at: index)
      guard character.kind == .space else { break }
      if Self.isLineEnd(utf8[index]) { lineEnd = character.end }
      last = index
      index = character.end
    }
    if let lineEnd { return lineEnd }
    return index < utf8.count && last > start ? last : index
  }

  /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)`: U+017F, the long s, is an s in another case.
  @inline(__always)
  private func contractionEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard utf8[start] == UInt8(ascii: "'"), start + 1 < utf8.count else { return nil }
    switch Self.lowercase(utf8[start + 1]) {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return start + 2 < utf8.count && Self.lowercase(utf8[start + 2]) == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"):
      return start + 2 < utf8.count && Self.lowercase(utf8[start + 2]) == UInt8(ascii: "l") ? start + 3 : nil
    default:
      return utf8.scalar(at: start + 1).value == 0x17F ? start + 3 : nil
    }
  }

  /// The lower case of an ASCII letter; no letter from any other byte.
  @inline(__always)
  private static func lowercase(_ byte: UInt8) -> UInt8 { byte < 0x80 ? byte | 0x20 : byte }

  /// What `[\r\n]` takes.
  @inline(__always)
  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
