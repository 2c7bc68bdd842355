extension Tokenizer {
  /// The ids of a setting such as `<|endoftext|>Reference:`: where a control token is spelled it is
  /// taken, the longest one where several begin, and the text between is ordinary.
  ///
  /// Not for documents: they could then speak to the model in its control tokens.
  public func encodeWithControlTokens(_ text: String) -> [Int32] {
    var text = text
    return text.withUTF8 { utf8 in
      var ids: [Int32] = []
      var start = 0
      var index = 0
      while index < utf8.count {
        guard let id = controlToken(in: utf8, at: index) else {
          index += 1
          continue
        }
        encode(UnsafeBufferPointer(rebasing: utf8[start..<index]), into: &ids)
        ids.append(id)
        index += vocabulary.bytes[Int(id)].count
        start = index
      }
      encode(UnsafeBufferPointer(rebasing: utf8[start...]), into: &ids)
      return ids
    }
  }

  private func controlToken(in utf8: UnsafeBufferPointer<UInt8>, at index: Int) -> Int32? {
    controlTokens.first { utf8[index...].starts(with: vocabulary.bytes[Int($0)]) }
  }
}
