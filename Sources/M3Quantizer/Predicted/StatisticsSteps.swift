import M3Codec

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The steps at which symbols are counted: half an octave apart, over the sizes that payloads may have.
enum StatisticsSteps {
  private static let stepsPerOctave = 2.0

  /// - Parameter codebook: with a model that sizes can be estimated by.
  static func steps(
    _ codebook: PredictedCodebook, _ sample: ResidualSample, payloadBytes: ClosedRange<Double>, workers: Int
  ) throws -> [Float] {
    func step(_ budget: Double) throws -> Float {
      do {
        return try StepSearch.step(budget: budget, steps: codebook.steps, tolerance: 0.05) {
          try sample.meanBytes(codebook, step: $0, workers: workers)
        }
      } catch BudgetError.belowLeast {
        return codebook.steps.upperBound
      } catch BudgetError.aboveLargest {
        return codebook.steps.lowerBound
      }
    }
    let (fine, coarse) = (try step(payloadBytes.upperBound), try step(payloadBytes.lowerBound))
    let count = Int((log2(Double(coarse / fine)) * stepsPerOctave).rounded(.up))
    return (0...max(0, count)).map { fine * Float(exp2(Double($0) / stepsPerOctave)) }
  }
}
