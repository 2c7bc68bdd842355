import M3Bytes
import M3TestSupport
import M3Weights
import Testing

@Suite struct TinyModelTests {
  /// Written by the gguf package, 0.19.0:
  /// ```
  /// for t in gguf.GGUFReader("fixtures/tiny/tiny-llama.gguf").tensors:
  ///     v = gguf.dequantize(t.data, t.tensor_type)
  ///     print(t.name, t.tensor_type.name, list(v.shape), v.view(np.uint32).sum(dtype=np.uint64))
  /// ```
  static let tensors: [(name: String, type: TensorType, shape: [Int], bitSum: UInt64)] = [
    ("token_embd.weight", .q8_0, [300, 64], 40_530_831_436_736),
    ("blk.0.attn_q.weight", .f32, [64, 64], 8_670_647_522_276),
    ("blk.0.attn_k.weight", .f16, [32, 64], 4_420_245_463_040),
    ("blk.0.attn_v.weight", .bf16, [32, 64], 4_327_557_824_512),
    ("blk.0.attn_output.weight", .q4_0, [64, 64], 8_067_666_862_080),
    ("blk.0.ffn_gate.weight", .q4_1, [96, 64], 12_832_693_903_360),
    ("blk.0.ffn_up.weight", .q5_0, [96, 64], 12_492_880_940_544),
    ("blk.0.ffn_down.weight", .q5_1, [64, 96], 12_874_523_747_328),
    ("blk.0.attn_norm.weight", .f32, [64], 68_147_672_021),
    ("blk.0.ffn_norm.weight", .f32, [64], 68_107_803_591),
    ("blk.1.attn_q.weight", .q4_1, [64, 64], 8_567_015_280_128),
    ("blk.1.attn_k.weight", .q5_1, [32, 64], 4_375_288_551_680),
    ("blk.1.attn_v.weight", .q8_0, [32, 64], 4_165_806_248_640),
    ("blk.1.attn_output.weight", .bf16, [64, 64], 8_740_567_056_384),
    ("blk.1.ffn_gate.weight", .q4_0, [96, 64], 12_227_961_462_784),
    ("blk.1.ffn_up.weight", .f16, [96, 64], 13_051_108_139_008),
    ("blk.1.ffn_down.weight", .q8_0, [64, 96], 12_776_288_951_424),
    ("blk.1.attn_norm.weight", .f32, [64], 68_147_713_565),
    ("blk.1.ffn_norm.weight", .f32, [64], 68_116_707_639),
    ("output_norm.weight", .f32, [64], 68_116_791_553),
  ]

  @Test func tensorsAreWhatTheReferenceReads() throws {
    let model = try GGUFFile(path: Fixtures.tinyLlama)
    #expect(model.version == 3)
    #expect(model.tensorNames == TinyModelTests.tensors.map(\.name))
    #expect(model.tensors.count == model.tensorNames.count)
    #expect(model.tensors[model.tensorNames[0]]?.byteOffset == 6816)
    for expected in TinyModelTests.tensors {
      let tensor = try model.tensor(expected.name, shape: expected.shape)
      #expect(tensor.type == expected.type)
      #expect(try model.values(tensor).bitSum == expected.bitSum, "\(expected.name)")
      #expect(tensor.byteCount == tensor.rowCount * tensor.bytesPerRow)
    }
  }

  @Test func vectors() throws {
    let model = try GGUFFile(path: Fixtures.tinyLlama)
    let vector = try model.readVector(try model.tensor("output_norm.weight", shape: [64]))
    #expect(vector.bitSum == 68_116_791_553)
    let matrix = try model.tensor("token_embd.weight", shape: [300, 64])
    let error = #expect(throws: FormatError.self) { try model.readVector(matrix) }
    #expect(error?.problem == .mismatch(expected: "a vector", found: "shape [300, 64]"))
  }

  @Test func rawRows() throws {
    let model = try GGUFFile(path: Fixtures.tinyLlama)
    let tensor = try model.tensor("blk.0.ffn_gate.weight", shape: [96, 64])
    #expect(tensor.bytesPerRow == 40)
    let bytes = try ReadableFile.contents(of: Fixtures.tinyLlama, limit: 1 << 20)
    let start = Int(tensor.byteOffset) + 7 * 40
    #expect(try model.readRaw(tensor, rows: 7..<10) == Array(bytes[start..<start + 120]))
    #expect(try model.readRaw(tensor, rows: 96..<96) == [])
  }

  @Test func refusesAnotherShapeByName() throws {
    let model = try GGUFFile(path: Fixtures.tinyLlama)
    let error = #expect(throws: FormatError.self) { try model.tensor("token_embd.weight", shape: [64, 300]) }
    #expect(error?.problem == .mismatch(expected: "shape [64, 300]", found: "[300, 64]"))
    #expect(error?.field == "tensor token_embd.weight, dimensions")
    #expect(error?.file == Fixtures.tinyLlama)
    let missing = #expect(throws: FormatError.self) { try model.tensor("output.weight", shape: [300, 64]) }
    #expect(missing?.problem == .missing("tensor output.weight"))
  }

  @Test func digestIsTheOneThatSha256sumPrints() throws {
    let golden = try JSONValue(ReadableFile.contents(of: Fixtures.tinyLlamaGolden, limit: 1 << 20))
    let expected = try #require(golden["provenance"]?["weights_sha256"]?.text)
    #expect(try GGUFFile(path: Fixtures.tinyLlama).contentDigest().description == expected)
  }

  @Test func metadata() throws {
    let model = try GGUFFile(path: Fixtures.tinyLlama)
    #expect(model.metadata.count == 21)
    #expect(try model.string("general.architecture") == "llama")
    #expect(try model.integer("llama.block_count") == 2)
    #expect(try model.integer("llama.attention.head_count_kv") == 2)
    #expect(try model.double("llama.rope.freq_base") == 50_000)
    #expect(try model.double("llama.attention.layer_norm_rms_epsilon") == Double(Float(1e-6)))
    #expect(try model.bool("tokenizer.ggml.add_bos_token") == false)
    let tokens = try model.strings("tokenizer.ggml.tokens")
    #expect(tokens.count == 300)
    #expect(tokens[0] == Array("<|endoftext|>".utf8))
    #expect(tokens[2] == Array("<|im_end|>".utf8))
    let types = try model.integers("tokenizer.ggml.token_type")
    #expect(types.count == 300)
    #expect(types.prefix(4) == [3, 3, 3, 1])
    #expect(try model.strings("tokenizer.ggml.merges").count == 41)
  }
}
