/// The scanner of `gpt-2` and `smollm`: no regular expression, one pass over the bytes.
///
/// `gpt-2` is the pattern
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
/// `smollm` first cuts out every number character (`Digits(individual_digits=True)`) and applies the
/// pattern to what lies between, so that a space before a digit stays alone, and white space
/// before a digit is at the end of its piece.
struct GPT2PreTokenizer: PreTokenizer {
  /// Whether each number character is a word of its own.
  let isolatesDigits: Bool
  private let classes: CharacterClasses

  init(isolatesDigits: Bool) {
    self.isolatesDigits = isolatesDigits
    classes = isolatesDigits ? .unicode16WithNumbers17 : .unicode16
  }

  @inline(__always)
  func wordEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let first = classes.character(in: utf8, at: start)
    switch first.kind {
    case .letter:
      return classes.runEnd(of: .letter, in: utf8, from: first.end)
    case .number:
      return isolatesDigits ? first.end : classes.runEnd(of: .number, in: utf8, from: first.end)
    case .other:
      if let end = contractionEnd(in: utf8, from: start) { return end }
      return classes.runEnd(of: .other, in: utf8, from: first.end)
    case .space:
      if utf8[start] == UInt8(ascii: " "), first.end < utf8.count {
        let next = classes.character(in: utf8, at: first.end)
        if next.kind != .space && !(next.kind == .number && isolatesDigits) {
          return classes.runEnd(of: next.kind, in: utf8, from: next.end)
        }
      }
      return spaceEnd(in: utf8, from: start)
    }
  }

  /// White space alone looks at what follows. A cut behind it could make one word of what was two.
  @inline(__always)
  func isStable(_ wordEnd: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    classes[utf8.scalar(before: wordEnd).value] != .space
  }

  /// `\s+(?!\S)|\s+`: white space keeps its last character for what follows, unless it has only one
  /// or nothing follows in the piece.
  private func spaceEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var last = start
    var index = start
    while index < utf8.count {
      let character = classes.character(in: utf8, at: index)
      guard character.kind == .space else {
        if character.kind == .number && isolatesDigits { return index }
        return last > start ? last : index
      }
      last = index
      index = character.end
    }
    return index
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`, in lower case and with the typewriter's apostrophe only.
  private func contractionEnd(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard utf8[start] == UInt8(ascii: "'"), start + 1 < utf8.count else { return nil }
    switch utf8[start + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return start + 2 < utf8.count && utf8[start + 2] == UInt8(ascii: "e") ? start + 3 : nil
    case UInt8(ascii: "l"):
      return start + 2 < utf8.count && utf8[start + 2] == UInt8(ascii: "l") ? start + 3 : nil
    default:
      return nil
    }
  }
}
