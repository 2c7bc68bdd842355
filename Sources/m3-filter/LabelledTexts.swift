import M3Bytes
import M3Filter
import M3JSON
import M3Records

/// Texts with labels, from JSON lines.
enum LabelledTexts {
  /// - Throws: ``FormatError`` with the line for a record without a text or a label; ``FileError``.
  static func read(_ paths: [String]) throws -> [LabelledText] {
    var texts: [LabelledText] = []
    for file in try InputFiles.resolve(paths) {
      let reader = try DocumentReader(file: file)
      while let result = try reader.next() {
        switch result {
        case .bad(_, let error, _):
          throw error
        case .record(let document):
          do throws(FormatError) {
            let fields = try JSONFields(JSONValue.parse(document.metadata), path: "record")
            texts.append(
              LabelledText(
                id: document.id, text: document.text, label: try fields.required("label"),
                documentID: try fields.optional("document_id")))
          } catch {
            throw error.at(document.place)
          }
        }
      }
    }
    return texts
  }
}
