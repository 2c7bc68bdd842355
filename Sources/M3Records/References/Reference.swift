import M3JSON

/// A piece of a document, short enough for one memory: the record of the text stages.
public struct Reference: Sendable, Equatable {
  /// `<document id>#<chunk>`.
  public var id: String
  public var text: String
  public var documentID: String
  /// Number of the piece in its document, from 0.
  public var chunk: Int
  /// The first byte of the piece in the document's text in UTF-8, and the one behind its last.
  public var start: Int
  public var end: Int
  public var tokenCount: Int
  /// The tokens (T), where the stage that cut the text was asked for them.
  public var tokenIDs: [Int32]?
  /// The document's metadata, a JSON object, untouched.
  public var metadata: [UInt8]

  public init(
    id: String, text: String, documentID: String, chunk: Int, start: Int, end: Int, tokenCount: Int,
    tokenIDs: [Int32]? = nil, metadata: [UInt8] = Array("{}".utf8)
  ) {
    self.id = id
    self.text = text
    self.documentID = documentID
    self.chunk = chunk
    self.start = start
    self.end = end
    self.tokenCount = tokenCount
    self.tokenIDs = tokenIDs
    self.metadata = metadata
  }

  /// Appends the reference as one line of JSON: keys in a fixed order, no white space, the metadata's
  /// bytes as they are.
  public func appendLine(to output: inout [UInt8]) {
    precondition(!metadata.contains(0x0A), "metadata must stand in one line")
    output.append(contentsOf: "{\"id\":".utf8)
    JSONEscapes.append(id, to: &output)
    output.append(contentsOf: ",\"text\":".utf8)
    JSONEscapes.append(text, to: &output)
    output.append(contentsOf: ",\"document_id\":".utf8)
    JSONEscapes.append(documentID, to: &output)
    output.append(
      contentsOf: ",\"chunk\":\(chunk),\"start\":\(start),\"end\":\(end),\"token_count\":\(tokenCount)".utf8)
    if let tokenIDs {
      output.append(contentsOf: ",\"token_ids\":[".utf8)
      for (index, token) in tokenIDs.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        output.append(contentsOf: String(token).utf8)
      }
      output.append(UInt8(ascii: "]"))
    }
    output.append(contentsOf: ",\"metadata\":".utf8)
    output.append(contentsOf: metadata)
    output.append(contentsOf: "}\n".utf8)
  }
}
