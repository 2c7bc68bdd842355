import M3Bytes
import M3Filter
import M3Records

/// Texts with labels, from JSON lines.
enum LabelledTexts {
  /// - Throws: ``FormatError`` with the line for a record without a text or a label; ``FileError``.
  static func read(_ files: [InputFile]) throws -> [LabelledText] {
    var texts: [LabelledText] = []
    for file in files {
      let reader = try DocumentReader(file: file)
      while let result = try reader.next() {
        switch result {
        case .bad(_, let error, _):
          throw error
        case .record(let document):
          do throws(FormatError) {
            texts.append(try LabelledText(document))
          } catch {
            throw error.at(document.place)
          }
        }
      }
    }
    return texts
  }
}
