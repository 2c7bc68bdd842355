#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes
import M3Stage
import M3Text
import M3Transformer

extension Calibrator {
  /// A text that could stand before everything the model reads.
  struct BOSCandidate: Sendable, Equatable {
    let text: String
    let tokens: [Int32]
  }

  /// Control tokens that are tried: those of the lowest ids. Vocabularies reserve hundreds that were never trained, behind
  /// the ones that were.
  private static let maximumControlTokens = 64
  /// Single tokens that are measured on the whole sample, the declared BOS among them.
  private static let finalistCount = 3
  /// Before that, all are measured on every so many-th reference.
  private static let screeningStep = 12
  /// What the paper's BOS text has behind its token (section 3.1).
  private static let suffix = "Reference:"

  /// How many references ``calibrate(_:advance:)`` reads, each time counted.
  public func readingCount(_ sample: CalibrationSample) -> Int {
    let candidates = singleTokens()
    let finalists = min(candidates.count, Self.finalistCount)
    let screened = candidates.count > finalists ? candidates.count * sample.thinned(by: Self.screeningStep).count : 0
    return screened + (finalists + 2) * sample.references.count
  }

  /// Texts measured on the whole sample, the lowest perplexity first: the declared BOS, the best of the control tokens,
  /// and the best of all these before `Reference:`.
  func rankedBOS(
    _ sample: CalibrationSample, advance: (Int) -> Void
  ) throws -> [(candidate: BOSCandidate, perplexity: Double)] {
    let candidates = singleTokens()
    guard !candidates.isEmpty else {
      throw FormatError(.missing("a BOS token, or any control token"), field: "tokenizer.ggml.token_type")
    }
    let finalists = try finalists(candidates, sample.thinned(by: Self.screeningStep), advance: advance)
    var ranked = try ranked(finalists, sample.references, advance: advance)
    let best = ranked[0].candidate
    if !best.text.isEmpty {
      let text = best.text + Self.suffix
      let longer = BOSCandidate(text: text, tokens: tokenizer.encodeWithControlTokens(text))
      ranked += try self.ranked([longer], sample.references, advance: advance)
    }
    return ranked.enumerated().sorted { ($0.element.perplexity, $0.offset) < ($1.element.perplexity, $1.offset) }
      .map(\.element)
  }

  /// The declared BOS first, then control tokens in the order of their ids.
  func singleTokens() -> [BOSCandidate] {
    let control = (0..<Int32(tokenizer.vocabularyCount)).lazy.filter { tokenizer.isControl($0) }
      .prefix(Self.maximumControlTokens)
    var candidates: [BOSCandidate] = []
    if let declared = tokenizer.beginningOfSequence {
      candidates.append(BOSCandidate(text: spelling(declared) ?? "", tokens: [declared]))
    }
    for token in control where token != tokenizer.beginningOfSequence {
      if let text = spelling(token) { candidates.append(BOSCandidate(text: text, tokens: [token])) }
    }
    return candidates
  }

  /// A token's text, where it is that token's and no other's.
  private func spelling(_ token: Int32) -> String? {
    guard let text = String(validating: tokenizer.decode([token]), as: UTF8.self),
      tokenizer.encodeWithControlTokens(text) == [token]
    else { return nil }
    return text
  }

  private func finalists(
    _ candidates: [BOSCandidate], _ references: [[Int32]], advance: (Int) -> Void
  ) throws -> [BOSCandidate] {
    guard candidates.count > Self.finalistCount else { return candidates }
    let declared = tokenizer.beginningOfSequence == nil ? [] : [candidates[0]]
    let best = try ranked(candidates, references, advance: advance).map(\.candidate)
    return declared + best.filter { !declared.contains($0) }.prefix(Self.finalistCount - declared.count)
  }

  private func ranked(
    _ candidates: [BOSCandidate], _ references: [[Int32]], advance: (Int) -> Void
  ) throws -> [(candidate: BOSCandidate, perplexity: Double)] {
    let tokenCount = references.reduce(0) { $0 + $1.count }
    let losses = try losses(candidates.map(\.tokens), over: references, advance: advance)
    let perplexities = losses.map { exp($0 / Double(tokenCount)) }
    for (candidate, perplexity) in zip(candidates, perplexities) where !perplexity.isFinite {
      throw FormatError(
        .outOfRange(found: "\(perplexity)", allowed: "finite"), field: "perplexity behind \(candidate.text)")
    }
    return candidates.indices.sorted { (perplexities[$0], $0) < (perplexities[$1], $1) }
      .map { (candidates[$0], perplexities[$0]) }
  }

  /// Negative log-likelihood of all tokens of the references behind each BOS, in nats.
  private func losses(
    _ candidates: [[Int32]], over references: [[Int32]], advance: (Int) -> Void
  ) throws -> [Double] {
    try requireRoom(candidates.map(\.count).max()! + references.map(\.count).max()!)
    let batches = batches(references)
    var next = 0
    var sums = [Double](repeating: 0, count: candidates.count)
    try OrderedPipeline.run(
      workers: workers,
      next: { () -> (candidate: Int, batch: Int)? in
        guard next < candidates.count * batches.count else { return nil }
        defer { next += 1 }
        return (next / batches.count, next % batches.count)
      },
      worker: { ForwardPass(model: model) },
      transform: { pass, item in
        let batch = batches[item.batch]
        return (item.candidate, batch.count, Self.loss(of: batch, behind: candidates[item.candidate], pass))
      },
      consume: { (candidate: Int, count: Int, loss: Double) in
        sums[candidate] += loss
        advance(count)
      })
    return sums
  }

  private static func loss(of references: [[Int32]], behind bos: [Int32], _ pass: ForwardPass) -> Double {
    pass.run(references.map { Sequence(tokens: bos + $0) })
    var rows: [Int] = []
    var firstRow = 0
    for reference in references {
      rows += reference.indices.map { firstRow + bos.count + $0 - 1 }
      firstRow += bos.count + reference.count
    }
    return pass.negativeLogLikelihoods(rows: rows, targets: Array(references.joined())).reduce(0, +)
  }
}
