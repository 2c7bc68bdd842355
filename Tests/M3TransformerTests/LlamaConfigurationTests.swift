import M3Bytes
import M3TestSupport
import M3Transformer
import M3Weights
import Testing

/// What a model file must say, and what is refused by name.
@Suite struct LlamaConfigurationTests {
  @Test func shapeOfTheTinyModel() throws {
    let shape = try LlamaConfiguration(GGUFFile(path: Fixtures.path("tiny/tiny-llama.gguf")))
    #expect(shape.layerCount == 2)
    #expect(shape.hiddenSize == 64)
    #expect(shape.feedForwardSize == 96)
    #expect(shape.queryHeadCount == 4)
    #expect(shape.keyValueHeadCount == 2)
    #expect(shape.headDimension == 16)
    #expect(shape.vocabularySize == 300)
    #expect(shape.contextLength == 512)
    #expect(shape.rotaryBase == 50_000)
    #expect(shape.normalizationEpsilon == 1e-6)
    #expect(shape.groupSize == 2)
    #expect(shape.querySize == 64)
    #expect(shape.keyValueSize == 32)
    #expect(shape.projectionSize == 128)
    #expect(shape.attentionScale == 0.25)
    // Layers of 64·128 + 64·64 + 3·64·96.
    #expect(shape.multiplyAddsPerToken == 2 * (8192 + 4096 + 18432))
  }

  @Test func defaultsOfAbsentKeys() throws {
    var shape = RandomLlama()
    (shape.keyValueHeads, shape.headDimension) = (4, 6)
    var builder = GGUFBuilder(shape, seed: 1)
    for key in ["attention.head_count_kv", "attention.key_length", "rope.freq_base"] {
      builder.metadata["llama.\(key)"] = nil
    }
    let folder = try TemporaryFolder()
    let found = try LlamaConfiguration(GGUFFile(path: folder.write(builder.bytes, "model.gguf")))
    #expect(found.keyValueHeadCount == 4)
    #expect(found.headDimension == 6)
    #expect(found.rotaryBase == 10_000)
  }

  /// The rotary table grows with the context, whatever the file's size.
  @Test func longContextsAreCut() throws {
    let folder = try TemporaryFolder()
    let limit = LlamaConfiguration.maximumContextLength
    for (context, expected) in [(1, 1), (limit, limit), (limit + 1, limit), (1 << 24, limit)] {
      var shape = RandomLlama()
      shape.context = context
      let path = try folder.write(GGUFBuilder(shape, seed: 1).bytes, "model.gguf")
      #expect(try LlamaConfiguration(GGUFFile(path: path)).contextLength == expected)
    }
  }

  /// A model file with one thing wrong.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let change: @Sendable (inout GGUFBuilder) -> Void
    let field: String
    let problem: FormatError.Problem
    var testDescription: String { name }

    /// A changed value of a key in `llama.`.
    static func key(_ key: String, _ value: GGUFBuilder.Value?, field: String? = nil, _ problem: FormatError.Problem)
      -> Refusal
    {
      let key = key.hasPrefix("general.") ? key : "llama.\(key)"
      return Refusal(
        name: "\(key): \(value.map { "\($0)" } ?? "absent")", change: { $0.metadata[key] = value }, field: field ?? key,
        problem: problem)
    }

    static func missing(_ key: String) -> Refusal {
      let full = key.hasPrefix("general.") ? key : "llama.\(key)"
      return .key(key, nil, field: "metadata", .missing("key \(full)"))
    }
  }

  static let refusals: [Refusal] = [
    .key("general.architecture", .string("qwen2"), .unsupported(found: "architecture qwen2")),
    .missing("general.architecture"), .missing("block_count"), .missing("embedding_length"),
    .missing("attention.head_count"),
    .missing("attention.layer_norm_rms_epsilon"), .missing("feed_forward_length"), .missing("context_length"),
    .key("block_count", .uint32(0), .outOfRange(found: "0", allowed: "1 to 1024")),
    .key("block_count", .uint32(1025), .outOfRange(found: "1025", allowed: "1 to 1024")),
    .key("embedding_length", .uint32(0), .outOfRange(found: "0", allowed: "1 to 16777216")),
    .key("embedding_length", .uint32(16_777_217), .outOfRange(found: "16777217", allowed: "1 to 16777216")),
    .key("feed_forward_length", .uint32(0), .outOfRange(found: "0", allowed: "1 to 16777216")),
    .key("attention.head_count", .uint32(4097), .outOfRange(found: "4097", allowed: "1 to 4096")),
    .key("attention.head_count_kv", .uint32(0), .outOfRange(found: "0", allowed: "a divisor of 4")),
    .key("attention.head_count_kv", .uint32(3), .outOfRange(found: "3", allowed: "a divisor of 4")),
    .key("attention.key_length", .uint32(7), .outOfRange(found: "7", allowed: "even, 2 to 1024")),
    .key("attention.key_length", .uint32(1026), .outOfRange(found: "1026", allowed: "even, 2 to 1024")),
    .key("attention.value_length", .uint32(8), .outOfRange(found: "8", allowed: "the key length, 6")),
    .key("rope.dimension_count", .uint32(4), .outOfRange(found: "4", allowed: "the head dimension, 6")),
    .key("rope.scaling.type", .string("linear"), .unsupported(found: "RoPE scaling linear")),
    .key("rope.scale_linear", .float32(2), .unsupported(found: "RoPE scale 2.0")),
    .key("rope.freq_base", .float32(0), .outOfRange(found: "0.0", allowed: "a positive number")),
    .key("attention.layer_norm_rms_epsilon", .float32(0), .outOfRange(found: "0.0", allowed: "above 0, below 1")),
    .key("attention.layer_norm_rms_epsilon", .float32(1), .outOfRange(found: "1.0", allowed: "above 0, below 1")),
    .key("context_length", .uint32(0), .outOfRange(found: "0", allowed: "1 to 16777216")),
    .key("context_length", .uint32(1 << 25), .outOfRange(found: "33554432", allowed: "1 to 16777216")),
    Refusal(
      name: "no embedding", change: { $0.tensors["token_embd.weight"] = nil }, field: "token_embd.weight",
      problem: .missing("a tensor of two dimensions")),
    Refusal(
      name: "a vector for an embedding",
      change: { $0.add("token_embd.weight", shape: [24], Array(repeating: 1, count: 24)) }, field: "token_embd.weight",
      problem: .missing("a tensor of two dimensions")),
  ]

  @Test(arguments: refusals)
  func refuses(_ refusal: Refusal) throws {
    var builder = GGUFBuilder(RandomLlama(), seed: 1)
    refusal.change(&builder)
    let folder = try TemporaryFolder()
    let path = try folder.write(builder.bytes, "model.gguf")
    let error = #expect(throws: FormatError.self) { try LlamaConfiguration(GGUFFile(path: path)) }
    #expect(error?.problem == refusal.problem)
    #expect(error?.field == refusal.field)
    #expect(error?.file == path)
  }
}
