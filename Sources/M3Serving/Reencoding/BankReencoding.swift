import M3Bank
import M3Bytes
import M3Codec
public import M3Command
import M3Encoder
import M3Memory
import M3Quantizer
import M3Reader
import M3Stage
import M3Text
import M3Transformer

/// Encodes references of a bank again, by the recipe that the bank names, and compares: a bank whose bytes are whole may
/// still hold the memories of another model, another recipe or other references.
///
/// Memories are rounded as between the stages and put through the bank's codec. With the arithmetic and the kernels that
/// made the bank, payloads come out byte for byte; with others, kept tokens and vectors are compared, within
/// `ReencodingLimits`.
public struct BankReencoding: Sendable {
  private let bank: MemoryBank
  private let loaded: LoadedModel
  private let configuration: EncoderConfiguration

  /// Opens the bank and reads the model.
  ///
  /// - Parameters:
  ///   - settings: in which numbers and by which kernels to compute; whatever else is given must be the bank's.
  ///   - given: keys of the settings that were given.
  /// - Throws: ``WrongModelError`` where another model made the bank; ``WrongRecipeError``; what opening and loading throw.
  public init(bank path: String, model: String, settings: EncodeSettings, given: Set<String>) throws {
    let opened = try MemoryBank(path: path)
    let file = try ModelFile(path: model, kernel: settings.kernel)
    try file.requireProduced(opened.producer, bank: path)
    try settings.require(given, fit: opened.producer, of: file, bank: path)
    do throws(FormatError) {
      configuration = try EncoderConfiguration(opened.producer, tokenizer: file.tokenizer)
    } catch {
      throw error.inFile(path)
    }
    let loaded = try LoadedModel(file, arithmetic: settings.arithmetic)
    self.loaded = loaded
    // Features are float32 in whatever numbers memories were computed.
    bank =
      try opened.wantedFeatures.map { kind in
        let exact = settings.arithmetic == .float32 ? loaded : try LoadedModel(file)
        return opened.reading(try exact.features(kind, bos: opened.bos, producer: opened.producer))
      } ?? opened
  }

  /// References that a sample of this size has.
  public func count(sample: Int) -> Int { min(sample, bank.count) }

  /// Encodes a sample again and compares.
  ///
  /// - Parameters:
  ///   - sample: references, drawn by the seed; all of them where the bank has no more.
  ///   - workers: threads; the report does not depend on them.
  ///   - advance: told of the references done.
  /// - Throws: ``FormatError`` where a record is damaged; ``FileError``.
  public func run(sample: Int, seed: UInt64, workers: Int, advance: (Int) -> Void) throws -> ReencodingReport {
    var findings = try bankFindings()
    var report = ReencodingReport()
    report.bosError = bosError()
    if !(report.bosError <= ReencodingLimits.bosError) {
      findings.append(.init(.bos, "the bank's BOS memory is not what the model makes of \(bank.producer.bosText)"))
    }
    var compared = ComparedSample(shape: bank.producer.shape)
    var records: [SampledReference] = []
    let reader = SampleReader(
      bank: bank, tokenizer: loaded.tokenizer, model: loaded.model.configuration, configuration: configuration,
      sample: sample, seed: seed)
    try OrderedPipeline.run(
      workers: workers, next: { try reader.next() },
      worker: { ReferenceEncoder(model: loaded.model, bos: bank.bos, configuration: configuration) },
      transform: { encoder, batch in try batch.map { try compare($0, encoder) } },
      consume: { (results: [Outcome]) in
        for result in results {
          report.sampleCount += 1
          switch result {
          case .finding(let finding): findings.append(finding)
          case .compared(let reference, let comparison, let fresh, let isIdentical):
            if isIdentical { report.identicalCount += 1 }
            compared.add(comparison, fresh: fresh)
            records.append(reference)
          }
        }
        advance(results.count)
      })
    report.judge(compared, records, shape: bank.producer.shape, findings)
    return report
  }

  /// What a reference came to.
  private enum Outcome: Sendable {
    case finding(ReencodingReport.Finding)
    case compared(SampledReference, MemoryComparison, fresh: SparseMemory, isIdentical: Bool)
  }

  private func compare(_ reference: SampledReference, _ encoder: ReferenceEncoder) throws -> Outcome {
    let record = reference.record
    if let problem = reference.problem {
      return .finding(.init(.tokens, id: record.id, record: record.number, problem))
    }
    let fresh: SparseMemory
    do {
      fresh = try encoder.encode([reference.window])[reference.place].roundedToBFloat16
    } catch let error as ReferenceEncoder.NotFinite {
      return .finding(.init(.vectors, id: record.id, record: record.number, "\(error)"))
    }
    do {
      let shape = bank.producer.shape
      let features = try bank.features(of: record.text)
      let payload = try bank.codec.payload(fresh, features: features)
      let coded = try bank.codec.memory(payload, shape: shape, features: features)
      let isIdentical = payload == record.payload
      let stored = isIdentical ? coded : try bank.codec.memory(record.payload, shape: shape, features: features)
      return .compared(
        reference, MemoryComparison(stored: stored, fresh: fresh, coded: coded), fresh: fresh, isIdentical: isIdentical)
    } catch let error as FormatError {
      return .finding(.init(.vectors, id: record.id, record: record.number, "\(error.field): \(error.problem)"))
    }
  }

  /// What is wrong with what all records share.
  private func bankFindings() throws -> [ReencodingReport.Finding] {
    let producer = bank.producer
    var findings: [ReencodingReport.Finding] = []
    // A text that no model can begin with is refused where tokens are asked of it.
    let tokens = try? loaded.source.bosTokens(producer.bosText)
    if tokens != producer.bosTokens {
      let found = tokens.map { "\($0)" } ?? "none"
      findings.append(.init(.bos, "the BOS text has tokens \(found) in this model, \(producer.bosTokens) in the bank"))
    }
    guard bank.directory.manifest.file(role: BankRole.codebook) != nil else { return findings }
    let codebook = try CodebookIdentity(bank.directory.file(role: BankRole.codebook), shape: producer.shape)
    guard let trained = codebook.producer else { return findings }
    let differences = try Producer(json: trained).differences(from: producer)
    if !differences.isEmpty {
      findings.append(.init(.codebook, "trained on memories of another kind: \(differences.joined(separator: "; "))"))
    }
    return findings
  }

  /// Squared error by squared norm.
  private func bosError() -> Double {
    let fresh = BOSMemory(tokens: bank.producer.bosTokens, model: loaded.model)
    func relative(_ stored: [Float], _ exact: [Float]) -> Double {
      let error = zip(stored, exact).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      let power = exact.reduce(0.0) { $0 + Double($1) * Double($1) }
      return error == 0 ? 0 : error / max(power, .leastNormalMagnitude)
    }
    return max(relative(bank.bos.keys, fresh.keys), relative(bank.bos.values, fresh.values))
  }
}
