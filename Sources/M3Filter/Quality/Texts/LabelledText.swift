public import M3Bytes
public import M3JSON

/// A text and how good it is: what a head is trained on.
public struct LabelledText: Sendable, Equatable {
  public var id: String
  public var text: String
  /// 0 or 1, or a grade; see ``LabelScale``.
  public var label: Double
  /// The document it was taken from, if it is named: texts of one document are never divided between training and test.
  public var documentID: String?

  public init(id: String, text: String, label: Double, documentID: String? = nil) {
    self.id = id
    self.text = text
    self.label = label
    self.documentID = documentID
  }
}

extension LabelledText {
  /// Reads `{"id": …, "text": …, "label": …, "document_id": …}`; the last may be absent, others are passed over.
  /// - Throws: ``FormatError`` naming the field that is missing or of another kind.
  public init(json: JSONFields) throws(FormatError) {
    self.init(
      id: try json.required("id"), text: try json.required("text"), label: try json.required("label"),
      documentID: try json.optional("document_id"))
  }
}
