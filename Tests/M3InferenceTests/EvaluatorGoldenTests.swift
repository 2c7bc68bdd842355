import M3Encoder
import M3Inference
import M3JSON
import M3Memory
import M3TestSupport
import Testing

/// Losses against `transformers`: memories are float32, from the encoder through the assembler.
@Suite struct EvaluatorGoldenTests {
  /// A run of the golden file and how to make it.
  struct Run: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let mode: EvaluationMode
    let rule: SelectionRule
    var tokensPerHead = 8
  }

  static let runs = [
    Run(testDescription: "none", mode: .none, rule: .all),
    Run(testDescription: "text", mode: .text, rule: .all),
    Run(testDescription: "memory dense float32", mode: .memory, rule: .all),
    Run(testDescription: "memory adaptive:2 float32", mode: .memory, rule: .reconstruction, tokensPerHead: 2),
    Run(testDescription: "memory adaptive:8 float32", mode: .memory, rule: .reconstruction, tokensPerHead: 8),
  ]

  @Test(arguments: runs, [1, 2, 3])
  func tinyModel(_ run: Run, workers: Int) throws {
    try expectGolden(run, EvaluationModel.tiny, workers: workers)
  }

  @Test(.enabled(if: Fixtures.smollm2 != nil), arguments: runs)
  func smollm2(_ run: Run) throws {
    try expectGolden(run, EvaluationModel.smollm2, workers: 2)
  }

  private func expectGolden(_ run: Run, _ model: Result<EvaluationModel, any Error>, workers: Int) throws {
    // The reference implementation reads memories where they were written, behind the BOS: as keys are that are stored
    // rotated.
    let bank = try EvaluationBank(run.rule, of: model, tokensPerHead: run.tokensPerHead, keySpace: .afterRotation)
    let items = bank.base.items
    #expect(bank.assembler.contextPosition == (try bank.base.golden.required("context_position")))

    let runs = try bank.base.golden.required("runs", as: JSONFields.self)
    let expected = try runs.required(run.testDescription, as: JSONFields.self)
    var progress = 0
    let losses = try bank.evaluator().evaluate(items, mode: run.mode, workers: workers) { progress += $0 }
    #expect(progress == items.count)
    let byItem = try expected.required("items", as: JSONFields.self)
    for (item, loss) in zip(items, losses) {
      // The golden figures are rounded to six decimals.
      #expect(abs(loss - (try byItem.required(item.id, as: Double.self))) < 2e-5, "\(item.id)")
    }
    let result = EvaluationResult(items: items, losses: [run.mode: losses], bytesPerReference: 0)
    #expect(abs(try #require(result.loss(run.mode)) - (try expected.required("mean"))) < 2e-5)
    let byTask = try expected.required("tasks", as: JSONFields.self)
    #expect(result.tasks == ["A", "B", "C"])
    for task in result.tasks {
      #expect(abs(try #require(result.loss(run.mode, task: task)) - (try byTask.required(task))) < 2e-5)
    }
  }
}
