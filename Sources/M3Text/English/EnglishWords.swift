/// Splits English text into words as spaCy 3.8's `blank("en")` does.
///
/// Text is cut into chunks at white space. Of each chunk the rules split off prefixes and suffixes until nothing
/// changes or a special case remains; what remains is a special case's tokens, an address, or is split at its infixes.
/// At last the tokens of special cases that were split so are put together.
///
/// One value serves text after text and reuses its buffers; it is not for two threads at a time.
public struct EnglishWords: Sendable {
  /// The tokens of the last text, in order. Those of white space are no words.
  public private(set) var tokens: [EnglishToken] = []
  /// Tokens that may be the second of a split special case.
  private var candidates: [Int] = []
  private var suffixes: [EnglishToken] = []

  private let specialCases = EnglishSpecialCases.shared
  private let mergers = EnglishMergers.shared
  private let affixes = EnglishAffixes()
  private let addresses = EnglishAddresses(characters: .shared)

  public init() {}

  /// Finds the tokens of a text.
  ///
  /// - Parameter utf8: valid UTF-8 of less than 4 GiB.
  public mutating func split(_ utf8: UnsafeBufferPointer<UInt8>) {
    precondition(utf8.count <= UInt32.max)
    tokens.removeAll(keepingCapacity: true)
    candidates.removeAll(keepingCapacity: true)
    // English has some five bytes a token.
    tokens.reserveCapacity(utf8.count / 5)
    var index = 0
    while index < utf8.count {
      let chunk = EnglishChunk(in: utf8, from: index)
      if chunk.isSpace {
        // One space behind a token belongs to neither.
        let isSeparator = index > 0 && utf8[index] == UInt8(ascii: " ")
        let start = isSeparator ? index + 1 : index
        if start < chunk.end { tokens.append(EnglishToken(start, chunk.end, isSpace: true)) }
      } else {
        append(chunk, utf8, from: index)
      }
      index = chunk.end
    }
    if !candidates.isEmpty { mergers.apply(to: &tokens, candidates: candidates, in: utf8, specialCases) }
  }

  /// The same for an array of bytes.
  public mutating func split(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { split($0) }
  }

  @inline(__always)
  private mutating func append(_ chunk: EnglishChunk, _ utf8: UnsafeBufferPointer<UInt8>, from start: Int) {
    // Letters alone have no affixes.
    if chunk.contents == .letter {
      if let entry = specialCases.entry(utf8, start, chunk.end) {
        appendSpecialCase(entry, from: start, utf8)
      } else {
        tokens.append(EnglishToken(start, chunk.end))
      }
    } else {
      appendSplit(chunk, utf8, from: start)
    }
  }

  private mutating func appendSplit(_ chunk: EnglishChunk, _ utf8: UnsafeBufferPointer<UInt8>, from first: Int) {
    var start = first
    var end = chunk.end
    var specialCase: Int?
    suffixes.removeAll(keepingCapacity: true)
    while start < end {
      specialCase = specialCases.entry(utf8, start, end)
      if specialCase != nil { break }
      let prefix = affixes.prefix(utf8, start, end)
      if prefix > 0 {
        specialCase = specialCases.entry(utf8, start + prefix, end)
        if specialCase != nil {
          append(start, start + prefix, utf8)
          start += prefix
          break
        }
      }
      let suffix = affixes.suffix(utf8, start + prefix, end, hasDigits: chunk.contents.contains(.digit))
      if suffix > 0 {
        specialCase = specialCases.entry(utf8, start, end - suffix)
        if specialCase != nil {
          suffixes.append(EnglishToken(end - suffix, end))
          end -= suffix
          break
        }
      }
      if prefix == 0, suffix == 0 { break }
      if prefix > 0 { append(start, start + prefix, utf8) }
      if suffix > 0 { suffixes.append(EnglishToken(end - suffix, end)) }
      start += prefix
      end -= suffix
    }
    if let specialCase {
      appendSpecialCase(specialCase, from: start, utf8)
    } else if start < end {
      appendMiddle(chunk, utf8, start, end)
    }
    for suffix in suffixes.reversed() { append(Int(suffix.start), Int(suffix.end), utf8) }
  }

  /// What has neither affixes nor a special case: an address, or what stands between infixes.
  private mutating func appendMiddle(
    _ chunk: EnglishChunk, _ utf8: UnsafeBufferPointer<UInt8>, _ first: Int, _ end: Int
  ) {
    if chunk.contents.contains(.stop), addresses.matches(utf8, first, end) {
      append(first, end, utf8)
      return
    }
    var start = first
    var index = first
    if !chunk.contents.isDisjoint(with: [.stop, .mark, .wide]) {
      while let infix = affixes.infix(utf8, first, end, from: index) {
        index = infix.upperBound
        if infix.lowerBound == first { continue }
        if infix.lowerBound > start { append(start, infix.lowerBound, utf8) }
        append(infix.lowerBound, infix.upperBound, utf8)
        start = infix.upperBound
      }
    }
    if start < end { append(start, end, utf8) }
  }

  private mutating func appendSpecialCase(_ entry: Int, from start: Int, _ utf8: UnsafeBufferPointer<UInt8>) {
    var tokenStart = start
    for end in specialCases.ends(entry) {
      append(tokenStart, start + end, utf8)
      tokenStart = start + end
    }
  }

  @inline(__always)
  private mutating func append(_ start: Int, _ end: Int, _ utf8: UnsafeBufferPointer<UInt8>) {
    if mergers.mayBeSecond(utf8, start, end), !tokens.isEmpty { candidates.append(tokens.count) }
    tokens.append(EnglishToken(start, end))
  }
}
