import M3Bytes
import M3TestSupport
import M3Transformer
import M3Weights
import Testing

/// Tensors that a model must have, and those that it must not.
@Suite struct LlamaModelTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout GGUFBuilder) -> Void
    let field: String
    let problem: FormatError.Problem

    init(
      _ name: String, field: String, _ problem: FormatError.Problem,
      change: @escaping @Sendable (inout GGUFBuilder) -> Void
    ) {
      testDescription = name
      self.change = change
      self.field = field
      self.problem = problem
    }

    /// A tensor that this decoder would leave out.
    static func unknown(_ name: String) -> Refusal {
      Refusal("unknown \(name)", field: "tensors", .unsupported(found: "tensor \(name)")) {
        $0.add(name, shape: [2], [0, 0])
      }
    }

    static func missing(_ name: String) -> Refusal {
      Refusal("no \(name)", field: "tensor table", .missing("tensor \(name)")) { $0.tensors[name] = nil }
    }

    static func reshaped(_ name: String, _ expected: [Int], _ found: [Int]) -> Refusal {
      Refusal(
        "\(name) of \(found)", field: "tensor \(name), dimensions",
        .mismatch(expected: "shape \(expected)", found: "\(found)")
      ) {
        $0.add(name, shape: found, Array(repeating: 0, count: found.reduce(1, *)))
      }
    }
  }

  static let parts = [
    "attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down",
  ]

  static let refusals: [Refusal] =
    parts.map { .missing("blk.1.\($0).weight") } + [
      .missing("output_norm.weight"),
      .unknown("blk.0.attn_q.bias"), .unknown("blk.2.attn_q.weight"), .unknown("blk.-1.attn_q.weight"),
      .unknown("blk.0.ffn_gate_exps.weight"), .unknown("blk.x.attn_q.weight"), .unknown("output.bias"), .unknown("blk"),
      .unknown("blk.+1.attn_q.weight"), .unknown("blk.01.attn_q.weight"),
      .reshaped("blk.0.attn_q.weight", [24, 24], [12, 24]), .reshaped("blk.0.attn_k.weight", [12, 24], [24, 12]),
      .reshaped("blk.1.ffn_down.weight", [24, 40], [40, 24]), .reshaped("blk.1.ffn_norm.weight", [24], [1, 24]),
      .reshaped("output_norm.weight", [24], [25]), .reshaped("output.weight", [50, 24], [49, 24]),
      .reshaped("token_embd.weight", [50, 24], [50, 23]), .reshaped("rope_freqs.weight", [3], [6]),
    ]

  @Test(arguments: refusals)
  func refuses(_ refusal: Refusal) throws {
    var builder = GGUFBuilder(RandomLlama(), seed: 1)
    refusal.change(&builder)
    let folder = try TemporaryFolder()
    let path = try folder.write(builder.bytes, "model.gguf")
    let error = #expect(throws: FormatError.self) { try LlamaModel(GGUFFile(path: path)) }
    #expect(error?.problem == refusal.problem)
    #expect(error?.field == refusal.field)
    #expect(error?.file == path)
  }

  @Test func aWeightThatIsNotFiniteIsFound() throws {
    var builder = GGUFBuilder(RandomLlama(), seed: 1)
    builder.tensors["blk.1.ffn_up.weight"]?.values[24 * 3 + 5] = .nan
    let folder = try TemporaryFolder()
    let path = try folder.write(builder.bytes, "model.gguf")
    let error = #expect(throws: FormatError.self) { try LlamaModel(GGUFFile(path: path)) }
    #expect(error?.field == "tensor blk.1.ffn_up.weight, row 3, column 5")
  }

  @Test(arguments: [Float(0), -1]) func aFrequencyFactorThatIsNotPositiveIsFound(factor: Float) throws {
    var builder = GGUFBuilder(RandomLlama(), seed: 1)
    builder.add("rope_freqs.weight", shape: [3], [1, factor, 2])
    let folder = try TemporaryFolder()
    let path = try folder.write(builder.bytes, "model.gguf")
    let error = #expect(throws: FormatError.self) { try LlamaModel(GGUFFile(path: path)) }
    #expect(error?.field == "tensor rope_freqs.weight, row 0, column 1")
  }

  @Test func theFileIsNotNeededOnceItIsLoaded() throws {
    var folder: TemporaryFolder? = try TemporaryFolder()
    let path = try #require(folder).write(GGUFBuilder(RandomLlama(), seed: 1).bytes, "model.gguf")
    let model = try LlamaModel(GGUFFile(path: path))
    let pass = ForwardPass(model: model)
    pass.run([Sequence(tokens: [1, 2])])
    let before = pass.logits([1])
    folder = nil
    pass.run([Sequence(tokens: [1, 2])])
    #expect(identical(before, pass.logits([1])))
  }
}
