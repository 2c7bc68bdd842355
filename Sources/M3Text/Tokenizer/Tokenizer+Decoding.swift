extension Tokenizer {
  /// The bytes of a sequence of tokens; control tokens give their spelling.
  ///
  /// A sequence that begins or ends within a character gives bytes that are not UTF-8. An id
  /// outside of the vocabulary has no bytes.
  public func decode(_ ids: some Sequence<Int32>) -> [UInt8] {
    var bytes: [UInt8] = []
    for id in ids where vocabulary.bytes.indices.contains(Int(id)) {
      bytes += vocabulary.bytes[Int(id)]
    }
    return bytes
  }
}
