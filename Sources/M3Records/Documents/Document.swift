import M3Bytes

/// A text to build memories from, and what came with it.
public struct Document: Sendable, Equatable {
  public var id: String
  public var text: String
  public var title: String?
  /// A JSON object of the fields that are neither the text nor the id, in their order: keys and values
  /// byte for byte as they stood. The title's field is among them.
  public var metadata: [UInt8]
  public var place: RecordPlace

  public init(id: String, text: String, title: String? = nil, metadata: [UInt8] = Array("{}".utf8), place: RecordPlace)
  {
    self.id = id
    self.text = text
    self.title = title
    self.metadata = metadata
    self.place = place
  }
}

/// The names of the fields in which documents keep what is needed.
public struct DocumentFields: Sendable, Equatable {
  /// The field of the text, a string. The default is `text`.
  public var text: String
  /// The field of the id, a string or an integer. The default is `id`.
  ///
  /// A document without it is called `<file name>:<line>`.
  public var id: String
  /// The field of the title, a string or null; none by default.
  public var title: String?

  public init(text: String = "text", id: String = "id", title: String? = nil) {
    self.text = text
    self.id = id
    self.title = title
  }

  /// - Throws: ``FormatError`` `duplicate` where one name stands for two things.
  func check() throws(FormatError) {
    for (name, other) in [(text, id), (text, title), (id, title)] where name == other {
      throw FormatError(.duplicate("field name \(name)"), field: "document fields")
    }
  }
}
