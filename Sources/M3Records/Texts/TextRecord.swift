import M3JSON

/// A document or a reference: what stages that pass texts on, or refuse them, work with.
public struct TextRecord: Sendable, Equatable, PlacedRecord {
  enum Content: Sendable, Equatable {
    case document(Document, DocumentFields)
    case reference(Reference)
  }

  var content: Content
  public let place: RecordPlace

  public init(_ document: Document, fields: DocumentFields = DocumentFields()) {
    content = .document(document, fields)
    place = document.place
  }

  public init(_ reference: Reference, place: RecordPlace) {
    content = .reference(reference)
    self.place = place
  }

  public var id: String {
    switch content {
    case .document(let document, _): document.id
    case .reference(let reference): reference.id
    }
  }

  public var text: String {
    switch content {
    case .document(let document, _): document.text
    case .reference(let reference): reference.text
    }
  }

  /// Tokens of a reference; 0 of a document, which nobody has counted.
  public var tokenCount: Int {
    switch content {
    case .document: 0
    case .reference(let reference): reference.tokenCount
    }
  }

  /// The record with another text. Only a document's may change: a reference's has counted tokens and a place in its
  /// document.
  public func withText(_ text: String) -> TextRecord {
    guard case .document(var document, let fields) = content else {
      preconditionFailure("the text of a reference does not change")
    }
    document.text = text
    return TextRecord(document, fields: fields)
  }

  /// Appends the record as one line of JSON. A document has its id, its text, then its metadata's members, under the
  /// names that it came with; a reference is as ``Reference/appendLine(to:)`` writes it.
  public func appendLine(to output: inout [UInt8]) {
    switch content {
    case .reference(let reference):
      reference.appendLine(to: &output)
    case .document(let document, let fields):
      output.append(UInt8(ascii: "{"))
      JSONEscapes.append(fields.id, to: &output)
      output.append(UInt8(ascii: ":"))
      JSONEscapes.append(document.id, to: &output)
      output.append(UInt8(ascii: ","))
      JSONEscapes.append(fields.text, to: &output)
      output.append(UInt8(ascii: ":"))
      JSONEscapes.append(document.text, to: &output)
      if document.metadata.count > 2 {
        precondition(!document.metadata.contains(0x0A), "metadata must stand in one line")
        output.append(UInt8(ascii: ","))
        output.append(contentsOf: document.metadata.dropFirst())
      } else {
        output.append(UInt8(ascii: "}"))
      }
      output.append(UInt8(ascii: "\n"))
    }
  }
}
