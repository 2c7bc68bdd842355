import M3Bytes
import M3Memory
import M3Stage
import M3Tensor
public import M3Text
public import M3Transformer

/// Calibrates a model: ranks BOS texts by perplexity, then heads by the attention that reading goes through, behind the
/// best BOS. The result is the same for any number of workers.
public struct Calibrator: Sendable {
  public let model: LlamaModel
  public let tokenizer: Tokenizer
  public let identity: ModelIdentity
  /// What stands between a reference and its repetition.
  public let repeatPrompt: String
  public let workers: Int

  public init(
    model: LlamaModel, tokenizer: Tokenizer, identity: ModelIdentity, repeatPrompt: String, workers: Int
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.identity = identity
    self.repeatPrompt = repeatPrompt
    self.workers = workers
  }

  /// Calibrates on a sample.
  /// - Parameter advance: told of references that were read; they come to ``readingCount(_:)``.
  /// - Throws: ``FormatError`` where no token can be a BOS, a reference is longer than the model's context, or a figure
  ///   is not finite.
  public func calibrate(_ sample: CalibrationSample, advance: (Int) -> Void = { _ in }) throws -> Calibration {
    let bos = try rankedBOS(sample, advance: advance)
    let heads = try rankedHeads(sample.references, bos: bos[0].candidate.tokens, advance: advance)
    return Calibration(
      modelDigest: identity.digest, tokenizerFingerprint: identity.tokenizerFingerprint, kernel: model.kernels.name,
      referenceCount: sample.references.count, tokenCount: sample.tokenCount, sampleDigest: sample.digest,
      repeatPrompt: repeatPrompt,
      bos: bos.map { .init(text: $0.candidate.text, perplexity: $0.perplexity.fixed(decimals: 4)) },
      heads: heads.map { .init(head: $0.head, score: $0.score.fixed(decimals: 6)) })
  }

  /// Tokens that a thread computes at a time.
  private static let batchTokens = 512

  /// References in batches of at most ``batchTokens`` tokens, or of one.
  func batches(_ references: [[Int32]]) -> [[[Int32]]] {
    var batches: [[[Int32]]] = []
    var room = 0
    for reference in references {
      if reference.count > room || batches.isEmpty {
        batches.append([])
        room = Self.batchTokens
      }
      batches[batches.count - 1].append(reference)
      room -= reference.count
    }
    return batches
  }

  /// - Throws: ``FormatError`` where the last of so many positions is not in the model's context.
  func requireRoom(_ positionCount: Int) throws(FormatError) {
    guard positionCount <= model.configuration.contextLength else {
      throw FormatError(
        .outOfRange(found: "\(positionCount) positions", allowed: "\(model.configuration.contextLength)"),
        field: "the longest reference")
    }
  }
}

extension Double {
  /// Decimal with so many digits behind the point.
  func fixed(decimals: Int) -> String {
    let scaled = (0..<decimals).reduce(self) { scaled, _ in scaled * 10 }.rounded()
    guard scaled.magnitude < 1e15 else { return "\(self)" }
    let digits = String(Int(scaled.magnitude))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(scaled < 0 ? "-" : "")\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }
}
