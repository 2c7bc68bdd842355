import M3Bytes
import M3Codec
public import M3Command
public import M3Inference
import M3Memory
public import M3Reader
import M3Text

/// A bank beside the model that made it.
public struct BankReading: Sendable {
  public let bank: MemoryBank
  public let loaded: LoadedModel
  public let assembler: MemoryAssembler
  /// The BOS of a context that reads no memories.
  public let contextBOS: [Int32]

  /// - Parameter decoding: whether tokens will be generated with quantized weights.
  /// - Throws: `WrongModelError` where another model made the bank; what opening and loading throw.
  public init(bank path: String, model: String, kernel: String?, decoding: Bool) throws {
    let opened = try MemoryBank(path: path)
    let file = try ModelFile(path: model, kernel: kernel ?? "auto")
    try file.requireProduced(opened.producer, bank: path)
    let loaded = try LoadedModel(file, decoding: decoding)
    self.loaded = loaded
    bank =
      try opened.wantedFeatures.map {
        opened.reading(try loaded.features($0, bos: opened.bos, producer: opened.producer))
      } ?? opened
    assembler = MemoryAssembler(
      producer: bank.producer, bos: bank.bos, longestReference: bank.longestReference,
      constants: bank.codec.readingConstants)
    // The bank's BOS text begins with the model's own BOS where it has one; the rest (`Reference:`) is the bank's alone.
    let tokenizer = loaded.tokenizer
    if let first = bank.producer.bosTokens.first, tokenizer.isControl(first) {
      contextBOS = [first]
    } else {
      contextBOS = tokenizer.beginningOfSequence.map { [$0] } ?? []
    }
  }

  /// A bank alone, with a model's features where one is given: what predicted codecs read.
  /// - Throws: as ``init(bank:model:kernel:decoding:)``.
  public static func bank(_ path: String, model: String?) throws -> MemoryBank {
    guard let model else { return try MemoryBank(path: path) }
    return try BankReading(bank: path, model: model, kernel: nil, decoding: false).bank
  }

  /// References and memories of the bank.
  public var source: BankSource { BankSource(bank: bank, assembler: assembler) }

  /// Tokens after which a model is done: its own end, and the token that begins texts.
  public var stopTokens: Set<Int32> {
    Set(loaded.tokenizer.endOfSequence.map { [$0] } ?? []).union(contextBOS)
  }
}
