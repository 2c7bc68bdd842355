public import M3Bytes
import M3JSON
public import M3Records

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
  /// A document whose metadata have `label` and, where it is known, `document_id`; others are passed over.
  /// - Throws: ``FormatError`` naming the field that is missing or of another kind.
  public init(_ document: Document) throws(FormatError) {
    let fields = try JSONFields(JSONValue.parse(document.metadata), path: "record")
    let label: Double = try fields.required("label")
    guard LabelScale.allowed.contains(label) else {
      throw FormatError(.outOfRange(found: "\(label)", allowed: "0 to 5"), field: "record.label")
    }
    self.init(
      id: document.id, text: document.text, label: label, documentID: try fields.optional("document_id"))
  }
}
