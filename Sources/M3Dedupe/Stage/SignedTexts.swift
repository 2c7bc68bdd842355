import M3Bytes

/// What is kept of a batch of texts.
struct SignedTexts: Sendable {
  /// Records of ``ShingleSetLayout``, and the bytes of each.
  var records: [UInt8] = []
  var sizes: [Int] = []
  /// Bytes of each text.
  var lengths: [TextLength] = []
  /// (texts, bands)
  var keys: [UInt64] = []
  /// Bad records.
  var errors: [FormatError] = []
}
