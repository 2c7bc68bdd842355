import M3Chunking
import M3Text
import Testing

/// What holds for the chunks of every text.
func checkProperties(
  of chunks: [Chunk], text: String, title: String? = nil, tokenizer: Tokenizer, bound: Int,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let bytes = Array(text.utf8)
  let prefix = commonPrefix(chunks, bytes)
  var end = 0
  for chunk in chunks {
    // The order, no overlap, and nothing but white space between.
    guard chunk.start >= end, chunk.start < chunk.end, chunk.end <= bytes.count else {
      Issue.record("chunk \(chunk.start)..<\(chunk.end) behind \(end)", sourceLocation: sourceLocation)
      return
    }
    #expect(isWhiteSpace(bytes[end..<chunk.start]), sourceLocation: sourceLocation)
    let body = String(validating: bytes[chunk.start..<chunk.end], as: UTF8.self)
    #expect(body.map { Array((prefix + $0).utf8) } == Array(chunk.text.utf8), sourceLocation: sourceLocation)
    #expect(tokenizer.encode(chunk.text) == chunk.tokenIDs, sourceLocation: sourceLocation)
    #expect(chunk.tokenIDs.count <= bound, sourceLocation: sourceLocation)
    end = chunk.end
  }
  #expect(isWhiteSpace(bytes[end...]), sourceLocation: sourceLocation)
  if title == nil { #expect(prefix.isEmpty, sourceLocation: sourceLocation) }
}

private func commonPrefix(_ chunks: [Chunk], _ bytes: [UInt8]) -> String {
  guard let first = chunks.first else { return "" }
  return String(decoding: first.text.utf8.dropLast(first.end - first.start), as: UTF8.self)
}

private func isWhiteSpace(_ bytes: ArraySlice<UInt8>) -> Bool {
  String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy(\.properties.isWhitespace)
}
