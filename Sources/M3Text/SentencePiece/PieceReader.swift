/// Reads a text as SentencePiece normalises it.
///
/// A space is U+2581, one more stands before the text if there is a prefix, and each byte that begins no
/// character is U+FFFD. Where extra white space is removed, spaces at the beginning go, of several in
/// a row one stays, and at the end those and U+2581 go. A text of nothing has no prefix.
protocol PieceReader {
  /// The next character; nil at the end.
  mutating func next() -> PieceCharacter?
  /// Where the bytes of the last character end.
  var byteOffset: Int { get }
  /// Whether those bytes became no other characters behind the last one.
  var isWhole: Bool { get }
  /// Whether the bytes behind the character before the last one were read one code point at a time, so that the
  /// last one is the same wherever the text is cut behind it.
  var isSteady: Bool { get }
}
