/// What stands for a character that is no piece: its bytes' tokens, or the unknown token, one for a
/// run of such characters.
struct UnknownCharacters: Sendable {
  /// The token of each byte; empty if the vocabulary has none.
  let byteTokens: [Int32]
  /// The unknown token; -1 where the byte tokens do without.
  let unknown: Int32

  /// Whether a token was made by characters that would be one token with more of their kind.
  @inline(__always)
  func isOpenRun(_ id: Int32) -> Bool { byteTokens.isEmpty && id == unknown }

  /// - Parameter base: where the text's ids begin.
  func append(_ value: UInt32, to ids: inout [Int32], from base: Int) {
    if byteTokens.isEmpty {
      if ids.count == base || ids[ids.count - 1] != unknown { ids.append(unknown) }
    } else if let scalar = Unicode.Scalar(value) {
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { ids.append(byteTokens[Int(byte)]) }
    }
  }
}
