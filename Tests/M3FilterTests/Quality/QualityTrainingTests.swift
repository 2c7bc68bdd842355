import M3Bytes
import M3Filter
import M3TestSupport
import Testing

@Suite struct QualityTrainingTests {
  @Test func aHiddenPlaneIsFound() throws {
    let examples = Samples.examples(600, dimension: 8, seed: 1, noise: 0.2)
    let head = try QualityTraining(seed: 7).train(examples, embedder: Samples.embedder)
    let report = head.report
    #expect(report.exampleCount == 600 && report.heldOut.count == 120 && report.trainingCount == 480)
    #expect(report.groupCount == 600)
    #expect(try #require(report.heldOut.area).value > 0.97)
    #expect(head.scale == .binary)
    // Of texts that it never saw, too.
    let others = try head.figures(on: Samples.examples(600, dimension: 8, seed: 1, noise: 0.2).reversed())
    #expect(try #require(others.area).value > 0.97)
  }

  /// A penalty that is far too strong makes timid scores, which the calibration spreads out again.
  @Test func timidScoresAreCalibrated() throws {
    let examples = Samples.examples(600, dimension: 8, seed: 1, noise: 0.2)
    var training = QualityTraining(seed: 7)
    training.lambdas = [10]
    let head = try training.train(examples, embedder: Samples.embedder)
    let (before, after) = (try #require(head.report.uncalibrated), head.report.heldOut)
    #expect(after.logLoss < before.logLoss - 0.2)
    #expect(after.brier < before.brier - 0.05)
    #expect(after.area == before.area)
    #expect(try QualityHead.parse(head.serialized()) == head)
  }

  /// Labels that have nothing to do with the vectors are not learned.
  @Test func noiseIsNotLearned() throws {
    var random = Randomness(seed: 5)
    let examples = (0..<500).map { _ in
      QualityExample(vector: random.floats(30), label: Double(random.integer(below: 2)))
    }
    let report = try QualityTraining().train(examples, embedder: Samples.embedder).report
    let area = try #require(report.heldOut.area)
    #expect(area.interval.contains(0.5) || abs(area.value - 0.5) < 0.15)
    // The strongest penalties win: a coin costs log 2.
    #expect(report.lambda >= 0.3)
    #expect(abs(report.heldOut.logLoss - 0.693) < 0.05)
  }

  @Test func gradesAreSoftLabels() throws {
    let examples = Samples.examples(600, dimension: 6, seed: 2, noise: 0.1, grades: 5)
    let head = try QualityTraining().train(examples, embedder: Samples.embedder)
    #expect(head.scale == .graded(maximum: 5))
    #expect(try #require(head.report.heldOut.spearman) > 0.8)
    // The same labels as shares give the same numbers.
    let shares = examples.map { QualityExample(vector: $0.vector, label: $0.label / 5, group: $0.group) }
    let other = try QualityTraining().train(shares, embedder: Samples.embedder)
    #expect(other.scale == .graded(maximum: 1))
    #expect(other.report == head.report)
  }

  @Test(arguments: [false, true]) func anyNumberOfWorkersGivesTheSameBytes(isGraded: Bool) throws {
    let examples = Samples.examples(150, dimension: 7, seed: 8, grades: isGraded ? 5 : 0)
    let one = try QualityTraining(seed: 1).train(examples, embedder: Samples.embedder, workers: 1)
    for workers in [2, 3, 5, 9] {
      let other = try QualityTraining(seed: 1).train(examples, embedder: Samples.embedder, workers: workers)
      #expect(other.serialized() == one.serialized())
    }
    let reseeded = try QualityTraining(seed: 2).train(examples, embedder: Samples.embedder)
    #expect(reseeded.serialized() != one.serialized())
  }

  @Test func fewerExamplesThanFeaturesAreEnough() throws {
    let examples = Samples.examples(40, dimension: 100, seed: 6)
    let head = try QualityTraining().train(examples, embedder: Samples.embedder)
    #expect(head.dimension == 100)
    #expect(try examples.allSatisfy { (0...1).contains(try head.score($0.vector)) })
  }

  /// An element that never changes tells nothing and harms nothing.
  @Test func aConstantElementIsPassedOver() throws {
    let examples = Samples.examples(100, dimension: 4, seed: 3).map { example in
      QualityExample(vector: example.vector + [0.1], label: example.label)
    }
    let head = try QualityTraining().train(examples, embedder: Samples.embedder)
    let score = try head.score(examples[0].vector)
    let changed = try head.score(Array(examples[0].vector.dropLast()) + [0.2])
    #expect(abs(score - changed) < 1e-9)
  }

  /// Of every document all examples are on one side.
  @Test(arguments: [UInt64(0), 1, 2]) func groupsStayWhole(seed: UInt64) throws {
    let examples = Samples.examples(300, dimension: 2, seed: seed, groupSize: 7)
    let groups = ExampleGroups(examples, targets: examples.map(\.label), indices: examples.indices)
    #expect(groups.members.count == 43)
    var random = SplitMix64(state: seed)
    let parts = try groups.parts(5, &random)
    #expect(parts.flatMap { $0 }.sorted() == Array(examples.indices))
    for part in parts {
      #expect(!part.isEmpty)
      for other in parts where other != part {
        #expect(Set(part.map { examples[$0].group }).isDisjoint(with: other.map { examples[$0].group }))
      }
    }
  }

  /// Each part has its share of each label: to one group at each end of a label's run.
  @Test func partsAreStratified() throws {
    let examples = (0..<103).map { QualityExample(vector: [0], label: $0 % 10 == 0 ? 1 : 0) }
    let groups = ExampleGroups(examples, targets: examples.map(\.label), indices: examples.indices)
    var random = SplitMix64(state: 4)
    for part in try groups.parts(5, &random) {
      #expect((20...21).contains(part.count))
      #expect((1...3).contains(part.count { examples[$0].label == 1 }))
    }
  }

  @Test func whatCannotBeLearnedIsRefusedByName() throws {
    func vectors(_ labels: [Double]) -> [QualityExample] {
      labels.enumerated().map { QualityExample(vector: [Float($0.offset), 1], label: $0.element) }
    }
    func refusal(_ examples: [QualityExample], _ change: (inout QualityTraining) -> Void = { _ in }) -> QualityError? {
      var training = QualityTraining()
      change(&training)
      do throws(QualityError) {
        _ = try training.train(examples, embedder: Samples.embedder)
        return nil
      } catch {
        return error
      }
    }
    let good = Samples.examples(60, dimension: 2, seed: 1)
    #expect(refusal(good) == nil)
    #expect(refusal([]) == .tooFewGroups(found: 0, needed: 5))
    #expect(refusal(vectors([0, 1, 0])) == .tooFewGroups(found: 3, needed: 5))
    #expect(refusal(vectors([1, 1, 1, 1, 1, 1])) == .constantLabel(1, part: "the examples"))
    #expect(refusal(vectors([0.5, 0.5, 0.5])) == .constantLabel(0.5, part: "the examples"))
    if case .constantLabel(0, let part)? = refusal(vectors([1] + [Double](repeating: 0, count: 50))) {
      #expect(part == "the part held out" || part.hasPrefix("what is left"))
    } else {
      Issue.record("one good example is not enough to train and to test")
    }
    #expect(refusal(vectors([0, 1, -1])) == .label(index: 2, found: -1, allowed: allowed))
    #expect(refusal(vectors([0, 6])) == .label(index: 1, found: 6, allowed: allowed))
    #expect(refusal(vectors([0, 0.5])) { $0.scale = .binary } == .label(index: 1, found: 0.5, allowed: "0 or 1"))
    guard case .label(1, let found, _)? = refusal(vectors([0, .nan])) else {
      Issue.record("NaN is no label")
      return
    }
    #expect(found.isNaN)
    for bad in [Float.nan, .infinity] {
      var examples = good
      examples[17].vector[1] = bad
      #expect(refusal(examples) == .vectorNotFinite(index: 17, element: 1))
    }
    var ragged = good
    ragged[9].vector.append(0)
    #expect(refusal(ragged) == .vectorLength(index: 9, expected: 2, found: 3))
    let empty = good.map { QualityExample(vector: [], label: $0.label) }
    #expect(refusal(empty) == .vectorLength(index: 0, expected: 1, found: 0))
    #expect(refusal(good) { $0.folds = 1 } == .setting("folds", found: "1", allowed: "at least 2"))
    #expect(refusal(good) { $0.heldOutParts = 0 } == .setting("held-out parts", found: "0", allowed: "at least 2"))
    #expect(refusal(good) { $0.lambdas = [] } == .setting("lambdas", found: "none", allowed: "at least 1"))
    #expect(refusal(good) { $0.lambdas = [1, 0] } == .setting("lambdas", found: "0.0", allowed: "above 0, finite"))
    #expect(
      refusal(good) { $0.scale = .graded(maximum: 0) }
        == .setting("label scale", found: "0.0", allowed: "above 0, finite"))
  }

  private var allowed: String { "0 or 1, or grades from 0 to 1 or from 0 to 5" }

  @Test func labelsNameTheirScale() throws {
    #expect(try LabelScale(of: [0, 1, 1]) == .binary)
    #expect(try LabelScale(of: [0, 0.3, 1]) == .graded(maximum: 1))
    #expect(try LabelScale(of: [0, 0.3, 3]) == .graded(maximum: 5))
    #expect(try LabelScale(of: [5, 0.3, 1]) == .graded(maximum: 5))
  }

  @Test func textsAreEmbeddedInBatches() throws {
    let texts = (0..<10).map { LabelledText(id: "\($0)", text: "\($0) 0.5", label: Double($0 % 2), documentID: "d") }
    for batch in [1, 3, 10, 64] {
      var done = 0
      let examples = try QualityExample.embed(texts, with: WrittenVectors(dimension: 2), batch: batch) { done += $0 }
      #expect(done == 10)
      #expect(examples.map(\.vector) == (0..<10).map { [Float($0), 0.5] })
      #expect(examples.map(\.label) == texts.map(\.label))
      #expect(examples.allSatisfy { $0.group == "d" })
    }
    #expect(throws: QualityError.vectorLength(index: 0, expected: 30, found: 20)) {
      try QualityExample.embed(texts, with: WrittenVectors(dimension: 3))
    }
  }
}
