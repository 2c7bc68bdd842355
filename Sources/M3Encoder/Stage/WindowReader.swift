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

  /// - Parameter output: takes the records that cannot be encoded.
  init(path: String, file: String, tokenizer: ReferenceTokenizer, output: EncodeOutput) throws {
    reader = try ReferenceReader(path: path)
    self.output = output
    self.file = file
    self.tokenizer = tokenizer
    let configuration = tokenizer.configuration
    cutter = WindowCutter(
      context: configuration.context,
      tokenLimit: min(configuration.documentTokens, tokenizer.model.contextLength - tokenizer.bosTokenCount))
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
      switch result {
      case .bad(_, let error, let place):
        try output.refuse(error, place) { try reader.rawRecords.bytes(at: place) }
      case .record(let reference):
        do throws(FormatError) {
          return try tokenizer.tokens(of: reference, file: file)
        } catch {
          guard let place = reader.place else { throw error }
          try output.refuse(error, place) { try reader.rawRecords.bytes(at: place) }
        }
      }
    }
    return nil
  }
}
