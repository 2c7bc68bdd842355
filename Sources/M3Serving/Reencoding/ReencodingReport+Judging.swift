import M3Bank
import M3Codec
import M3Memory

extension ReencodingReport {
  /// Fills in figures and findings, those about the whole bank first, then by record.
  ///
  /// - Parameters:
  ///   - records: of the comparisons.
  ///   - findings: what is known already.
  mutating func judge(
    _ compared: ComparedSample, _ records: [SampledReference], shape: MemoryShape, _ known: [Finding]
  ) {
    let differences = compared.differences
    let heads = compared.blockDifferences
    let whole = compared.difference
    (loss, codingLoss) = (whole.lost, whole.codingLoss)
    sharedShare = compared.comparisons.map(\.sharedShare).min() ?? 1
    largestLoss = Self.worst(differences)
    largestHeadLoss = Self.worst(heads)

    findings = known.filter { $0.record == nil }
    if !(codingLoss <= ReencodingLimits.codingLoss) {
      findings.append(
        .init(.codebook, "coding with it loses \(Self.percent(codingLoss)) of what memories say: another model's"))
    }
    for (block, difference) in heads.enumerated() where !(difference.lost <= ReencodingLimits.headLoss) {
      let (layerIndex, head) = (block / 2).quotientAndRemainder(dividingBy: shape.keyValueHeadCount)
      let part = block % 2 == 0 ? "keys" : "values"
      findings.append(
        .init(
          .head,
          "\(part) of head \(head) of layer \(shape.layers[layerIndex]) lose \(Self.percent(difference.lost)) of what "
            + "the codec keeps"))
    }
    var ofRecords = known.filter { $0.record != nil }
    for ((comparison, difference), reference) in zip(zip(compared.comparisons, differences), records) {
      let (id, number) = (reference.record.id, reference.record.number)
      if comparison.sharedShare < ReencodingLimits.sharedShare {
        ofRecords.append(
          .init(
            .selection, id: id, record: number,
            "keeps \(comparison.storedCount) key-values, the rule \(comparison.freshCount); "
              + "\(comparison.sharedCount) are the same"))
      }
      if !(difference.lost <= ReencodingLimits.loss) {
        ofRecords.append(
          .init(
            .vectors, id: id, record: number, "loses \(Self.percent(difference.lost)) of what the codec keeps"))
      }
    }
    findings += ofRecords.sorted { $0.record! < $1.record! }
  }

  /// The largest loss; one that is no number is larger than any.
  private static func worst(_ differences: [ComparedSample.Difference]) -> Double {
    differences.reduce(0) { $1.lost.isNaN ? .infinity : max($0, $1.lost) }
  }

  private static func percent(_ share: Double) -> String {
    share.isFinite ? "\((share * 1000).rounded() / 10) %" : "more than all"
  }
}
