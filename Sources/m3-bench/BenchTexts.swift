import M3Command
import M3Records

/// Texts to measure with.
enum BenchTexts {
  /// The texts of the first documents of some files.
  /// - Throws: ``UsageError`` where there is none; ``FormatError`` for a record that is no document; ``FileError``.
  static func documents(_ paths: [String], count: Int) throws -> [String] {
    var texts: [String] = []
    for file in try InputFiles.resolve(paths) {
      let reader = try DocumentReader(file: file)
      while texts.count < count, let result = try reader.next() {
        switch result {
        case .record(let document): texts.append(document.text)
        case .bad(_, let error, _): throw error
        }
      }
    }
    guard !texts.isEmpty else { throw UsageError("--input: no document") }
    return texts
  }
}
