import M3Bytes
import M3Records
import M3Transformer

/// Reads a file of references as windows.
final class WindowReader {
  private let reader: ReferenceReader
  private let file: String
  private let tokenizer: ReferenceTokenizer
  private var cutter: WindowCutter
  private let output: EncodeOutput
  /// Hashes of the ids that came. A reader of the memories finds their references by id: the first that has it.
  private var ids: Set<UInt64> = []

  /// - Parameter output: takes the records that cannot be encoded.
  init(path: String, file: String, tokenizer: ReferenceTokenizer, output: EncodeOutput) throws {
    reader = try ReferenceReader(path: path, name: file)
    self.output = output
    self.file = file
    self.tokenizer = tokenizer
    cutter = WindowCutter(
      tokenizer.configuration, contextLength: tokenizer.model.contextLength, bosTokenCount: tokenizer.bosTokenCount)
  }

  /// - Returns: nil behind the last window.
  /// - Throws: ``FormatError`` where a record is bad or cannot be encoded; ``FileError``.
  func next() throws -> ReferenceWindow? {
    while let reference = try nextReference() {
      if let window = cutter.append(reference) { return window }
    }
    return cutter.finish()
  }

  private func nextReference() throws -> TokenizedReference? {
    while let result = try reader.next() {
      output.countRecord()
      switch result {
      case .bad(_, let error, let place):
        try output.refuse(error, place) { try reader.rawRecords.bytes(at: place) }
      case .record(let reference):
        do throws(FormatError) {
          try requireNew(reference.id)
          return try tokenizer.tokens(of: reference, file: file)
        } catch {
          guard let place = reader.place else { throw error }
          try output.refuse(error, place) { try reader.rawRecords.bytes(at: place) }
        }
      }
    }
    return nil
  }

  /// An id counts as taken even where its reference is refused: else the memory of a second one of that id would be
  /// packed with the text of the first.
  private func requireNew(_ id: String) throws(FormatError) {
    guard ids.insert(XXH3.hash64(id)).inserted else {
      throw FormatError(.duplicate("reference \(id.prefix(64))"), field: "id")
    }
  }
}
