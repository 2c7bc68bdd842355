/// A part of a document.
public struct Chunk: Sendable, Equatable {
  /// The document's bytes `start..<end`, behind the title's prefix where there is one.
  public var text: String
  /// First byte in the document's text, in UTF-8.
  public var start: Int
  /// The byte behind the last one.
  public var end: Int
  /// What `text` encodes to: encoding it again gives the same.
  public var tokenIDs: [Int32]

  public init(text: String, start: Int, end: Int, tokenIDs: [Int32]) {
    self.text = text
    self.start = start
    self.end = end
    self.tokenIDs = tokenIDs
  }
}
