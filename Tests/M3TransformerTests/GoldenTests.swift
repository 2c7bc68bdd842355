import M3JSON
import M3Tensor
import M3TestSupport
import M3Transformer
import M3Weights
import Testing

/// Logits, keys and values against `transformers`.
@Suite struct GoldenTests {
  static let kernels = Kernels.available.map(\.name)
  static let texts = ["prose", "code", "numbers", "chinese", "mixed"]

  @Test(arguments: ["tiny-llama", "tiny-llama-untied"], kernels)
  func tinyModels(name: String, kernels: String) throws {
    try compare(name, kernels: kernels, caseCount: 3, logitsBelow: 3e-5)
  }

  /// Sums are four times as long as those of the other tiny models: the reference itself is off by 3e-5.
  @Test(arguments: kernels)
  func kQuants(kernels: String) throws {
    try compare("tiny-llama-k", kernels: kernels, caseCount: 2, logitsBelow: 1.5e-4)
  }

  private func compare(_ name: String, kernels: String, caseCount: Int, logitsBelow bound: Double) throws {
    let file = try GGUFFile(path: Fixtures.path("tiny/\(name).gguf"))
    let model = try LlamaModel(file, kernels: .named(kernels))
    let cases = try Fixtures.golden("tiny/\(name).golden.json").required("cases", as: [JSONFields].self)
    #expect(cases.count == caseCount)
    for golden in cases {
      let found = try GoldenDifference(golden, model: model)
      #expect(found.logits < bound, "\(found)")
      #expect(found.vectors < 1e-5, "\(found)")
    }
  }

  @Test(.enabled(if: Fixtures.smollm2 != nil), arguments: texts)
  func smollm2(text: String) throws {
    let model = try SmolLM2.model.get()
    let cases = try Fixtures.golden("transformer/smollm2-\(text).golden.json").required("cases", as: [JSONFields].self)
    #expect(cases.count == 1)
    for golden in cases {
      let found = try GoldenDifference(golden, model: model)
      #expect(found.logits < 1e-3, "\(found)")
      #expect(found.vectors < 1e-4, "\(found)")
    }
  }
}

/// The real model, loaded once.
enum SmolLM2 {
  static let model = Result { try LlamaModel(GGUFFile(path: Fixtures.smollm2 ?? "")) }
}

/// How far a pass is from one case of a golden file.
struct GoldenDifference: CustomStringConvertible {
  let name: String
  /// Absolute.
  var logits = 0.0
  /// Of keys, before and after rotation, and values: relative to the vector's largest element.
  var vectors = 0.0

  init(_ golden: JSONFields, model: LlamaModel) throws {
    name = try golden.required("name")
    let tokens = try golden.required("token_ids", as: [Int32].self)
    let recorder = Recorder()
    let pass = ForwardPass(model: model)
    pass.run([Sequence(tokens: tokens)], observer: recorder)

    let expected = try golden.required("logits", as: JSONFields.self)
    let ids = try expected.required("token_ids", as: [Int].self)
    let rows = try pass.logits(expected.required("positions", as: [Int].self))
    for (row, values) in zip(rows, try expected.required("values", as: [[Double]].self)) {
      logits = max(logits, largestDifference(ids.map { row[$0] }, values))
    }

    let shape = model.configuration
    for layer in try golden.required("layers", as: [JSONFields].self) {
      let positions = try layer.required("positions", as: [Int].self)
      let found = recorder.layers[try layer.required("layer")] ?? Recorder.Layer()
      for (field, all) in [
        ("keys_before_rope", found.keysBeforeRotation), ("keys", found.keys), ("values", found.values),
      ] {
        let kept = positions.flatMap { all[$0 * shape.keyValueSize..<($0 + 1) * shape.keyValueSize] }
        let values = try layer.required(field, as: [Double].self)
        vectors = max(vectors, relativeDifference(kept, values, dimension: shape.headDimension))
      }
    }
  }

  var description: String { "\(name): logits within \(logits), keys and values within \(vectors)" }
}
