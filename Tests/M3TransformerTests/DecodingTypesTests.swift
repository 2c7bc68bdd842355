import M3Tensor
import M3TestSupport
import M3Transformer
import M3Weights
import Testing

/// Weights of types that no kernel reads as they are.
@Suite struct DecodingTypesTests {
  /// The model of K-quants with all matrices in Q8_0 but the embedding, whose rows every model has in float32.
  private func eightBits(_ file: GGUFFile) throws -> GGUFBuilder {
    var shape = RandomLlama()
    (shape.hidden, shape.feedForward, shape.vocabulary) = (256, 64, 300)
    (shape.heads, shape.keyValueHeads, shape.headDimension) = (4, 2, 16)
    (shape.rotaryBase, shape.isTied) = (50_000, false)
    var builder = GGUFBuilder(shape, seed: 1)
    builder.metadata["llama.attention.layer_norm_rms_epsilon"] = .float32(1e-6)
    for (name, tensor) in file.tensors {
      let values = try [Float](unsafeUninitializedCapacity: tensor.elementCount) { buffer, count in
        try file.readRows(tensor, rows: 0..<tensor.rowCount, into: buffer.baseAddress!)
        count = tensor.elementCount
      }
      let isEmbedding = name == "token_embd.weight"
      if isEmbedding || tensor.type == .f32 { builder.add(name, shape: tensor.shape, values) }
      if tensor.type == .f32 { continue }
      let raw = try file.readRaw(tensor, rows: 0..<tensor.rowCount)
      var blocks = [UInt8](repeating: 0, count: values.count / 32 * 34)
      try blocks.withUnsafeMutableBytes {
        if [.q5_0, .iq4_nl].contains(tensor.type) {
          tensor.type.widen(raw, intoQ8_0: $0.baseAddress!, count: values.count)
        } else {
          try QuantizedMatrix.quantizeQ8_0(count: values.count, values, into: $0.baseAddress!)
        }
      }
      builder.add(isEmbedding ? "output.weight" : name, shape: tensor.shape, type: 8, blocks: blocks)
    }
    return builder
  }

  @Test(arguments: TestModel.kQuants)
  func otherCodesAreReadAsTheirEightBits(_ test: TestModel) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(eightBits(test.file).bytes, "model.gguf")
    let other = try LlamaModel(GGUFFile(path: path), kernels: test.model.kernels, decoding: true)
    var random = Randomness(seed: 56)
    let tokens = random.tokens(12, vocabulary: 300)
    let logits = try [test.decodingModel(), other].map { model in
      #expect(model.configuration == test.configuration)
      return DecodingPass(model: model).logits(
        tokens, cache: try KeyValueCache(configuration: model.configuration, capacity: 12), vocabulary: 300)
    }
    #expect(identical(logits[0], logits[1]))
  }

  /// Weights that eight bits cannot hold are decoded in float32.
  @Test func weightsTooLargeForEightBitsStayExact() throws {
    var shape = RandomLlama()
    (shape.hidden, shape.heads, shape.keyValueHeads, shape.headDimension) = (256, 2, 1, 16)
    var builder = GGUFBuilder(shape, seed: 3)
    // Q4_K; in the first row d is 65504, the scale of every group 63, every third code 15.
    var blocks = [UInt8](repeating: 0, count: 16 * 144)
    blocks.replaceSubrange(0..<2, with: [0xff, 0x7b])
    for index in 4..<16 { blocks[index] = index < 8 ? 0xff : index < 12 ? 0 : 0x0f }
    for index in stride(from: 16, to: 144, by: 3) { blocks[index] = 0x0f }
    builder.add("blk.0.attn_v.weight", shape: [16, 256], type: 12, blocks: blocks)
    let folder = try TemporaryFolder()
    let model = try LlamaModel(GGUFFile(path: folder.write(builder.bytes, "model.gguf")), decoding: true)
    var random = Randomness(seed: 57)
    let tokens = random.tokens(6, vocabulary: shape.vocabulary)
    let found = DecodingPass(model: model).logits(
      tokens, cache: try KeyValueCache(configuration: model.configuration, capacity: 6), vocabulary: shape.vocabulary)
    let forward = ForwardPass(model: model)
    forward.run([Sequence(tokens: tokens)])
    let expected = forward.logits(Array(tokens.indices)).flatMap { $0.map { Double($0) } }
    #expect(largestDifference(found.flatMap { $0 }, expected) < 1e-4)
  }
}
