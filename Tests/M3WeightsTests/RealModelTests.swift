import M3Bytes
import M3TestSupport
import M3Weights
import Testing

/// SmolLM2-135M-Instruct in Q4_1, where `M3_MODEL` or the package's `.cache` has it.
@Suite(.enabled(if: Fixtures.smollm2 != nil)) struct RealModelTests {
  /// Written by the gguf package, 0.19.0:
  /// ```
  /// for t in gguf.GGUFReader(path).tensors:
  ///     v = gguf.dequantize(t.data, t.tensor_type)
  ///     print(t.name, t.tensor_type.name, list(v.shape), v.view(np.uint32).sum(dtype=np.uint64))
  /// ```
  static let tensors: [(name: String, type: TensorType, shape: [Int], bitSum: UInt64)] = [
    ("token_embd.weight", .q8_0, [49_152, 576], 58_597_194_097_596_096),
    ("blk.0.attn_norm.weight", .f32, [576], 1_166_785_839_104),
    ("blk.0.ffn_down.weight", .q4_1, [576, 1_536], 1_865_400_568_864_768),
    ("blk.0.attn_q.weight", .q4_1, [576, 576], 699_172_363_944_448),
    ("blk.29.ffn_gate.weight", .q4_1, [1_536, 576], 1_871_353_729_209_344),
    ("blk.29.attn_v.weight", .q4_1, [192, 576], 233_405_101_667_328),
    ("output_norm.weight", .f32, [576], 621_805_699_072),
  ]

  @Test func tensorsAreWhatTheReferenceReads() throws {
    let model = try GGUFFile(path: try #require(Fixtures.smollm2))
    #expect(model.version == 3)
    #expect(model.tensors.count == 272)
    for expected in RealModelTests.tensors {
      let tensor = try model.tensor(expected.name, shape: expected.shape)
      #expect(tensor.type == expected.type)
      #expect(try model.values(tensor).bitSum == expected.bitSum, "\(expected.name)")
    }
    var sum: UInt64 = 0
    for name in model.tensorNames {
      sum &+= try model.values(try #require(model.tensors[name])).bitSum
    }
    #expect(sum == 282_636_107_335_735_488)
  }

  @Test func metadata() throws {
    let model = try GGUFFile(path: try #require(Fixtures.smollm2))
    #expect(try model.integer("llama.block_count") == 30)
    #expect(try model.string("tokenizer.ggml.pre") == "smollm")
    #expect(try model.strings("tokenizer.ggml.tokens").count == 49_152)
    #expect(try model.strings("tokenizer.ggml.merges").count == 48_900)
    #expect(
      try model.contentDigest().description == "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")
  }
}
