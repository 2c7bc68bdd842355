import M3Bank
import M3Bytes
import M3Codec
import M3Command
import M3Encoder
public import M3Inference
import M3Memory
import M3Reader
import M3Text
public import M3Transformer
import Synchronization

/// Memories that are encoded when they are first retrieved, and then kept: the paper's cold start (section 3.2).
///
/// Encoded by the bank's own recipe in float32, rounded as between its stages and put through its codec, they are those of a
/// bank that was made in float32 by the same kernels, byte for byte, and differ by rounding from those of another one.
public final class ColdMemories: MemorySource {
  private let reading: BankReading
  private let source: BankSource
  private let kept: KeptMemories?
  private let configuration: EncoderConfiguration
  private let encoder: Mutex<ReferenceEncoder>

  /// - Parameter keep: a folder for what is encoded; nil keeps nothing beyond the run.
  /// - Throws: ``FormatError`` for a recipe that needs more than the reference; ``FileError``.
  public init(_ reading: BankReading, keep: String?) throws {
    self.reading = reading
    source = reading.source
    let bank = reading.bank
    kept = try keep.map { try KeptMemories(folder: $0, bank: bank) }
    do throws(FormatError) {
      configuration = try EncoderConfiguration(bank.producer, tokenizer: reading.loaded.tokenizer)
      guard configuration.context == .reference else {
        throw FormatError(
          .unsupported(found: "context \(configuration.context.rawValue): a reference alone does not give its memory"),
          field: "producer.selection.context")
      }
    } catch {
      throw error.inFile(bank.directory.path)
    }
    encoder = Mutex(ReferenceEncoder(model: reading.loaded.model, bos: bank.bos, configuration: configuration))
  }

  public func memories(at indices: [Int]) throws -> [AttentionMemory] {
    try zip(indices, payloads(at: indices)).map { index, payload in
      let text = try source.text(at: index)
      do {
        return reading.assembler.attentionMemory(
          try payload.withUnsafeBytes { try reading.bank.decode($0, text: text) })
      } catch let error as FormatError {
        throw error.inRecord("\(index)")
      }
    }
  }

  public func text(at index: Int) throws -> String { try source.text(at: index) }
  public func id(at index: Int) throws -> String { try source.id(at: index) }

  private func payloads(at indices: [Int]) throws -> [[UInt8]] {
    var payloads = try indices.map { try kept?.payload(at: $0) }
    guard payloads.contains(where: { $0 == nil }) else { return payloads.map { $0! } }
    return try encoder.withLock { encoder in
      // Others, in this process or another one, may have kept some of them meanwhile.
      let lock = try kept?.lock()
      defer { withExtendedLifetime(lock) {} }
      for place in indices.indices where payloads[place] == nil {
        payloads[place] = try kept?.payload(at: indices[place])
      }
      let missing = indices.indices.filter { payloads[$0] == nil }
      let encoded = try encoder.encode(missing.map { try tokens(at: indices[$0]) })
      for (place, memory) in zip(missing, encoded) {
        let payload = try reading.bank.payload(memory.roundedToBFloat16, text: source.text(at: indices[place]))
        try kept?.keep(payload, at: indices[place])
        payloads[place] = payload
      }
      return payloads.map { $0! }
    }
  }

  private func tokens(at index: Int) throws -> [Int32] {
    let tokens = reading.loaded.tokenizer.encode(try source.text(at: index))
    let positions = ReferenceEncoder.positionCount(
      tokenCount: tokens.count, bosTokenCount: reading.bank.bos.tokenCount, configuration: configuration)
    let limit = reading.loaded.model.configuration.contextLength
    guard positions <= limit else {
      throw FormatError(
        .outOfRange(found: "\(positions) positions", allowed: "\(limit)"), field: "text",
        file: reading.bank.directory.path, record: try id(at: index))
    }
    return tokens
  }
}
