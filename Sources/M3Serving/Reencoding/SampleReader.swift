import M3Bank
import M3Bytes
import M3Codec
import M3Encoder
import M3JSON
import M3Memory
import M3Reader
import M3Text
import M3Transformer

/// A reference of a bank, and what the encoder read when it made its memory.
struct SampledReference: Sendable {
  let record: BankRecord
  let window: DocumentWindow
  /// Index among the window's own references.
  let place: Int
  /// Why it cannot be encoded, or not to this memory; nil where nothing stands against it.
  let problem: String?
}

/// Draws references of a bank and puts them into their windows.
final class SampleReader {
  private let bank: MemoryBank
  private let tokenizer: Tokenizer
  private let model: LlamaConfiguration
  private let configuration: EncoderConfiguration
  private var choice: SelectionSample
  private var index = 0

  /// References of a batch, whose passes a thread runs one after another.
  private static let batchCount = 4

  init(
    bank: MemoryBank, tokenizer: Tokenizer, model: LlamaConfiguration, configuration: EncoderConfiguration, sample: Int,
    seed: UInt64
  ) {
    self.bank = bank
    self.tokenizer = tokenizer
    self.model = model
    self.configuration = configuration
    choice = SelectionSample(limit: sample, of: bank.count, seed: seed)
  }

  /// - Returns: nil behind the last batch.
  /// - Throws: ``FormatError``; ``FileError``.
  func next() throws -> [SampledReference]? {
    var batch: [SampledReference] = []
    while index < bank.count, batch.count < Self.batchCount {
      defer { index += 1 }
      if choice.takesNext() { batch.append(try reference(at: index)) }
    }
    return batch.isEmpty ? nil : batch
  }

  private func reference(at index: Int) throws -> SampledReference {
    let record = try bank.record(index: index)
    let tokens = tokenizer.encode(record.text)
    let stored = try record.payload.withUnsafeBytes { try bank.codec.tokenCount($0) }
    let positions = ReferenceEncoder.positionCount(
      tokenCount: tokens.count, bosTokenCount: bank.bos.tokenCount, configuration: configuration)
    var problem: String?
    if tokens.count != stored {
      problem = "the text has \(tokens.count) tokens, the memory \(stored)"
    } else if positions > model.contextLength {
      problem = "takes \(positions) positions of the model's \(model.contextLength)"
    }
    guard problem == nil, configuration.context == .document else {
      return SampledReference(
        record: record, window: DocumentWindow(references: [tokens]), place: 0, problem: problem)
    }
    let (window, place) = try window(of: index, record)
    return SampledReference(record: record, window: window, place: place, problem: nil)
  }

  /// The window that a reference's memory is of: those of its document, in the bank's order, are cut as the encoder cuts
  /// them.
  private func window(of index: Int, _ record: BankRecord) throws -> (window: DocumentWindow, place: Int) {
    let document = try documentID(record)
    var first = index
    func isSame(_ other: BankRecord) throws -> Bool { try documentID(other).utf8.elementsEqual(document.utf8) }
    while first > 0, try isSame(bank.record(index: first - 1)) { first -= 1 }
    var cutter = WindowCutter(
      configuration, contextLength: model.contextLength, bosTokenCount: bank.bos.tokenCount)
    var next = first
    while next < bank.count {
      let other = try bank.record(index: next)
      guard try isSame(other) else { break }
      let reference = TokenizedReference(
        id: other.id, documentID: document, tokens: tokenizer.encode(other.text))
      if let found = Self.place(of: record.id, in: cutter.append(reference)) { return found }
      next += 1
    }
    guard let found = Self.place(of: record.id, in: cutter.finish()) else {
      preconditionFailure("a reference is in a window of its document")
    }
    return found
  }

  private static func place(of id: String, in window: ReferenceWindow?) -> (DocumentWindow, Int)? {
    guard let window, let place = window.own.firstIndex(where: { $0.id.utf8.elementsEqual(id.utf8) }) else {
      return nil
    }
    return (window.tokens, place - window.own.startIndex)
  }

  private func documentID(_ record: BankRecord) throws -> String {
    do throws(FormatError) {
      let source = JSONFields(try JSONValue.parse(record.source).objectValue ?? [:], path: "source")
      return try source.required("document_id")
    } catch {
      throw error.inRecord(record.id)
    }
  }
}
