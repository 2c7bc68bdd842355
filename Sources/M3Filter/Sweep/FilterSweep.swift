/// Gathers the values that rules measure, to show what other thresholds would keep.
///
/// Counts are of all texts. Distributions are exact while there is room for every text, and after that those of a
/// uniform sample, which follows from the seed and the order of the texts. Measuring is for any number of threads;
/// values are added in the order of the texts, so results are the same for any number of them.
public struct FilterSweep: Sendable {
  /// Texts that a sweep keeps the values of, by default: 60 rules take 50 MB.
  public static let defaultSampleSize = 50_000

  public let subjects: [SweepSubject]
  private var counts: [SubjectCounts]
  private var sample: Reservoir<[[Double?]]>

  /// - Parameters:
  ///   - sampleSize: texts whose values are kept; at least 1.
  ///   - seed: of the sample.
  public init(_ subjects: [SweepSubject], sampleSize: Int = defaultSampleSize, seed: UInt64 = 0) {
    self.subjects = subjects
    counts = subjects.map { SubjectCounts(ruleCount: $0.rules.count) }
    sample = Reservoir(capacity: sampleSize, seed: seed)
  }

  public init(profiles: [any FilterProfile], sampleSize: Int = defaultSampleSize, seed: UInt64 = 0) {
    self.init(profiles.map { SweepSubject($0) }, sampleSize: sampleSize, seed: seed)
  }

  /// Texts that were added.
  public var textCount: Int { sample.count }

  /// Adds a text's values: one list a subject, one value a rule.
  public mutating func add(_ values: [[Double?]]) {
    precondition(values.count == subjects.count, "values of each subject")
    for index in subjects.indices { counts[index].add(values[index], subjects[index].rules) }
    sample.add(values)
  }

  /// What was found so far, one of each subject.
  public var results: [ProfileSweep] {
    subjects.indices.map { index in
      let (subject, counts) = (subjects[index], counts[index])
      let rules = subject.rules.indices.map { rule in
        RuleSweep(
          rule: subject.rules[rule], failing: counts.failing[rule], failingAlone: counts.failingAlone[rule],
          failingFirst: counts.failingFirst[rule], textCount: textCount,
          sample: sample.elements.map { $0[index][rule] })
      }
      return ProfileSweep(
        name: subject.name, version: subject.version, textCount: textCount, keptCount: counts.kept,
        isExact: sample.isComplete, sampleCount: sample.elements.count, rules: rules)
    }
  }
}
