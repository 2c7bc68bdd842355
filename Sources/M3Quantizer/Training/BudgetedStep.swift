public import M3Codec
public import M3Memory

/// Finds the step of a predicted codec at which the memories of an input take so many bytes as a mean.
public enum BudgetedStep {
  /// Payloads grow with their tokens. So bytes a token are measured on the sample, and a reference is taken to have as many
  /// tokens as all memories of the input have as a mean.
  /// - Parameter sample: memories with all tokens.
  /// - Throws: ``BudgetError``; what reading throws.
  public static func step(
    of codebook: PredictedCodebook, bytesPerReference: Int, sample: SampledMemories, features: any FeatureProvider,
    workers: Int
  ) throws -> Float {
    let residuals = try ResidualSample(
      FeaturedSample(sample, features: features, workers: workers), codebook: codebook)
    let sampled = residuals.meanTokens(codebook)
    let factor = sampled == 0 ? 1 : sample.meanRowCount / Double(sample.producer.shape.entryCount) / sampled
    return try StepSearch.step(budget: Double(bytesPerReference), steps: codebook.steps) { step in
      factor * (try residuals.meanBytes(codebook, step: step, workers: workers))
    }
  }
}
