import M3Bytes
import M3Command
import M3Records
import M3Stage

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

  /// The first references of a folder or a file.
  /// - Throws: ``UsageError`` where there is none; ``FormatError`` for a record that is no reference; ``StageError``;
  ///   ``FileError``.
  static func references(_ path: String, count: Int) throws -> [Reference] {
    var references: [Reference] = []
    for part in try ReferenceInput(path).sources().parts where references.count < count {
      let reader = try ReferenceReader(path: part.path, name: part.name)
      while references.count < count, let result = try reader.next() {
        switch result {
        case .record(let reference): references.append(reference)
        case .bad(_, let error, _): throw error
        }
      }
    }
    guard !references.isEmpty else { throw UsageError("\(path): no reference") }
    return references
  }

  /// Words of several scripts, and what JSON escapes.
  private static let words = [
    "the", "river", "of", "and", "in", "to", "water", "was", "century", "a", "from", "mountain", "for", "by", "1894",
    "is",
    "Zürich", "Dvořák", "東京", "река", "\"quoted\"", "\n", "3.5 %", "population", "which", "between", "however,", "sea.",
  ]

  /// References of about 128 tokens, drawn from a few words; the same each time.
  static func invented(count: Int) -> [Reference] {
    var random = SplitMix64(state: 1)
    return (0..<count).map { index in
      let text = (0..<96).map { _ in words[Int(random.next() % UInt64(words.count))] }.joined(separator: " ")
      let (document, chunk) = (index / 16, index % 16)
      return Reference(
        id: "document-\(document)#\(chunk)", text: text, documentID: "document-\(document)", chunk: chunk, start: 0,
        end: text.utf8.count, tokenCount: 128,
        metadata: Array(#"{"title":"Document \#(document)","url":"https://example.org/\#(document)"}"#.utf8))
    }
  }
}
