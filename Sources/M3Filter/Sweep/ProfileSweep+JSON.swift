public import M3JSON

extension ProfileSweep {
  /// Quantiles in JSON.
  static let quantiles = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]

  public var json: JSONObject {
    [
      "profile": .string(name),
      "version": .string(version),
      "texts": .integer(Int64(textCount)),
      "kept": .integer(Int64(keptCount)),
      "sample": .integer(Int64(sampleCount)),
      "exact": .bool(isExact),
      "rules": .array(rules.map { .object($0.json) }),
    ]
  }
}

extension RuleSweep {
  public var json: JSONObject {
    [
      "reason": .string(rule.reason),
      "setting": .string(rule.setting),
      "relation": .string(rule.bound.relation.rawValue),
      "threshold": .double(rule.bound.threshold),
      "failing": .integer(Int64(failing)),
      "failing_alone": .integer(Int64(failingAlone)),
      "failing_first": .integer(Int64(failingFirst)),
      "values": .integer(Int64(values.count)),
      "not_a_number": .integer(Int64(invalidCount)),
      "kept_share": .double(kept(at: rule.bound.threshold)),
      "quantiles": .array(
        ProfileSweep.quantiles.compactMap { share in
          quantile(share).map { ["share": .double(share), "value": .double($0)] }
        }),
      "ladder": .array(
        Self.ladder.compactMap { share in
          threshold(keeping: share).map {
            ["at_least": .double(share), "kept_share": .double(kept(at: $0)), "threshold": .double($0)]
          }
        }),
    ]
  }
}
