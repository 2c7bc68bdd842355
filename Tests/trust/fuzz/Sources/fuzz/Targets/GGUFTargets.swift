import M3Bytes
import M3Tensor
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights

/// A GGUF file: metadata by every accessor, and the weights of every tensor.
enum GGUFTarget: FuzzTarget {
  static let name = "gguf"

  static var seeds: [[UInt8]] {
    var builder = GGUFBuilder()
    builder.metadata = [
      "a": .uint32(1), "b": .float32(0.5), "c": .bool(true), "d": .string("é"), "e": .uint8s([1, 2]),
      "f": .int32s([-1, 7]), "g": .float32s([1, 2]), "h": .strings([Array("x".utf8), Array("yz".utf8)]),
      "general.alignment": .uint32(32),
    ]
    builder.add("one", shape: [4], [1, 2, 3, 4])
    builder.add("two", shape: [2, 3], SmallMemories.floats(6, seed: 1))
    for type in TensorType.allCases where type.blockSize > 1 {
      let bytes = [UInt8](repeating: 0x11, count: 2 * type.bytesPerBlock)
      builder.add("t\(type.rawValue)", shape: [2, type.blockSize], type: type.rawValue, blocks: bytes)
    }
    var small = GGUFBuilder()
    small.metadata = ["general.architecture": .string("llama")]
    // An array of arrays of strings, which the builder does not write.
    var nested = ByteWriter()
    nested.append("GGUF".utf8)
    nested.integer(UInt32(2))
    nested.integer(UInt64(0))
    nested.integer(UInt64(1))
    nested.integer(UInt64(1))
    nested.append("k".utf8)
    for (type, count) in [(UInt32(9), nil), (9, UInt64(1)), (8, 1)] {
      nested.integer(type)
      if let count { nested.integer(count) }
    }
    nested.integer(UInt64(2))
    nested.append("ab".utf8)
    return [builder.bytes, small.bytes, nested.bytes]
  }

  static func run(_ bytes: [UInt8]) throws {
    let file = try GGUFFile(path: ScratchFiles.write(bytes, to: "model.gguf"))
    expect(file.tensorNames.count == file.tensors.count, "names that are no tensors")
    var problem: FormatError?
    func attempt(_ body: () throws -> Void) throws {
      do { try body() } catch let error as FormatError { problem = problem ?? error }
    }
    for key in file.metadata.keys {
      try attempt { _ = try file.string(key) }
      try attempt { _ = try file.integer(key) }
      try attempt { _ = try file.double(key) }
      try attempt { _ = try file.bool(key) }
      try attempt { _ = try file.strings(key) }
      try attempt { _ = try file.integers(key) }
      try attempt { _ = try file.floats(key) }
    }
    for name in file.tensorNames {
      guard let tensor = file.tensors[name] else { return expect(false, "no tensor \(name)") }
      expect(tensor.byteOffset + UInt64(tensor.byteCount) <= bytes.count, "a tensor beyond the file")
      expect(tensor.bytesPerRow * tensor.rowCount == tensor.byteCount, "rows of other bytes than the tensor")
      try attempt { try read(tensor, of: file) }
    }
    expect(try file.contentDigest() == SHA256Digest.of(bytes), "the hash of another file")
    if let problem { throw problem }
  }

  private static func read(_ tensor: GGUFTensor, of file: GGUFFile) throws {
    var values = [Float](repeating: .nan, count: tensor.elementCount)
    expect(try file.readRaw(tensor, rows: 0..<tensor.rowCount).count == tensor.byteCount, "other bytes")
    try values.withUnsafeMutableBufferPointer {
      try file.readRows(tensor, rows: 0..<tensor.rowCount, into: $0.baseAddress!)
    }
    expect(values.allSatisfy(\.isFinite), "weights that are not finite")
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    LooseGGUF.mutated(bytes, limit: limit, random: &random)
  }
}

/// A Llama model: its configuration, and its weights loaded in either arithmetic.
enum LlamaTarget: FuzzTarget {
  static let name = "llama"

  static var seeds: [[UInt8]] {
    var shape = RandomLlama()
    (shape.layers, shape.hidden, shape.feedForward, shape.heads, shape.keyValueHeads) = (1, 8, 6, 2, 1)
    (shape.headDimension, shape.vocabulary, shape.context) = (4, 5, 16)
    let tied = GGUFBuilder(shape, seed: 1)
    (shape.isTied, shape.hasFrequencyFactors) = (false, true)
    let untied = GGUFBuilder(shape, seed: 2)
    shape.hidden = 32
    var coded = GGUFBuilder(shape, seed: 3)
    for (name, type) in [("blk.0.attn_q.weight", TensorType.q8_0), ("blk.0.attn_k.weight", .q4_0)] {
      let rows = coded.tensors[name]?.shape[0] ?? 0
      coded.add(
        name, shape: [rows, 32], type: type.rawValue, blocks: .init(repeating: 0x22, count: rows * type.bytesPerBlock))
    }
    for (name, type) in [("blk.0.ffn_up.weight", TensorType.q5_0), ("token_embd.weight", .q4_1)] {
      let rows = coded.tensors[name]?.shape[0] ?? 0
      coded.add(
        name, shape: [rows, 32], type: type.rawValue, blocks: .init(repeating: 0x11, count: rows * type.bytesPerBlock))
    }
    return [tied, untied, coded].map(\.bytes)
  }

  static func isTyped(_ error: any Error) -> Bool { error is FormatError || error is TensorError }

  static func run(_ bytes: [UInt8]) throws {
    let file = try GGUFFile(path: ScratchFiles.write(bytes, to: "model.gguf"))
    let configuration = try LlamaConfiguration(file)
    // Each layer is a task of its own; many that fail take time and show nothing.
    guard configuration.layerCount <= 4 else { return }
    for arithmetic in Arithmetic.allCases {
      let model = try LlamaModel(file, arithmetic: arithmetic, decoding: arithmetic == .float32)
      expect(model.configuration == configuration, "another configuration")
      guard configuration.contextLength >= 3, configuration.hiddenSize <= 256 else { continue }
      let pass = ForwardPass(model: model)
      let tokens = [0, Int32(configuration.vocabularySize - 1), 0]
      pass.run([Sequence(tokens: tokens)])
      _ = pass.negativeLogLikelihoods(rows: [0, 1], targets: [0, 0])
    }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    LooseGGUF.mutated(bytes, limit: limit, random: &random)
  }
}

/// The tokenizer in a model file's metadata: both families, and texts through it.
enum TokenizerTarget: FuzzTarget {
  static let name = "tokenizer"

  static var seeds: [[UInt8]] {
    let characters = (0x21...0x7E).map { [UInt8($0)] }
    let shifted = (0x100...0x143).map { Array(String(Character(Unicode.Scalar($0)!)).utf8) }
    let latin = (0xA1...0xFF).filter { $0 != 0xAD }.map { Array(String(Character(Unicode.Scalar($0)!)).utf8) }
    var byteLevel = GGUFBuilder()
    let words = ["th", "the", "Ġt", "Ġthe", "<|endoftext|>"].map { Array($0.utf8) }
    let tokens = characters + latin + shifted + words
    byteLevel.metadata = [
      "tokenizer.ggml.model": .string("gpt2"), "tokenizer.ggml.pre": .string("smollm"),
      "tokenizer.ggml.tokens": .strings(tokens),
      "tokenizer.ggml.token_type": .int32s(tokens.indices.map { $0 == tokens.count - 1 ? 3 : 1 }),
      "tokenizer.ggml.merges": .strings(["t h", "th e", "Ġ t", "Ġ the"].map { Array($0.utf8) }),
      "tokenizer.ggml.bos_token_id": .uint32(UInt32(tokens.count - 1)),
      "tokenizer.ggml.eos_token_id": .uint32(UInt32(tokens.count - 1)),
    ]
    var llama = GGUFBuilder()
    let pieces = ["<unk>", "<s>", "▁", "t", "h", "e", "th", "▁the", "a", "b", "ab"].map { Array($0.utf8) }
    llama.metadata = [
      "tokenizer.ggml.model": .string("llama"), "tokenizer.ggml.tokens": .strings(pieces),
      "tokenizer.ggml.token_type": .int32s([2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 4]),
      "tokenizer.ggml.scores": .float32s(pieces.indices.map { -Float($0) }),
      "tokenizer.ggml.add_space_prefix": .bool(true), "tokenizer.ggml.unknown_token_id": .uint32(0),
    ]
    var unigram = llama
    unigram.metadata["tokenizer.ggml.model"] = .string("t5")
    unigram.metadata["tokenizer.ggml.remove_extra_whitespaces"] = .bool(true)
    unigram.metadata["tokenizer.ggml.precompiled_charsmap"] = .uint8s(characterMap)
    return [byteLevel, llama, unigram].map(\.bytes)
  }

  /// One rule: `A` becomes `a`. A root with an edge to unit 0x41 ^ 1, whose value hangs from unit 0x41 ^ 1 ^ 2.
  private static var characterMap: [UInt8] {
    var units = [UInt32](repeating: 0x8000_0000, count: 128)
    units[0] = 1 << 10
    units[0x40] = 0x41 | 1 << 8 | 2 << 10
    units[0x42] = 1 << 31
    var writer = ByteWriter()
    writer.integer(UInt32(4 * units.count))
    for unit in units { writer.integer(unit) }
    writer.append(Array("a\0".utf8))
    return writer.bytes
  }

  private static let texts = [
    "", " ", "the the  theA ab\u{0}\n", "Ünïcödé 😀 漢字 \u{200D}\t<s>", "aaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbb 123456 don't",
  ]

  static func run(_ bytes: [UInt8]) throws {
    let file = try GGUFFile(path: ScratchFiles.write(bytes, to: "model.gguf"))
    let tokenizer = try Tokenizer(TokenizerDefinition(file))
    for text in texts {
      let ids = tokenizer.encode(text)
      expect(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularyCount }, "an id outside of the vocabulary")
      _ = tokenizer.decode(ids, isStart: true)
      _ = tokenizer.encodeWithControlTokens(text)
      check(tokenizer, text, ids)
    }
  }

  /// The text cut at each stable boundary gives the same ids.
  private static func check(_ tokenizer: Tokenizer, _ text: String, _ ids: [Int32]) {
    var text = text
    text.withUTF8 { utf8 in
      var found: [Int32] = []
      var boundaries: [StableBoundary] = []
      let count = tokenizer.encode(utf8, until: 1 << 20, into: &found, boundaries: &boundaries)
      expect(found == ids && count == utf8.count, "other ids with boundaries")
      for boundary in boundaries {
        var rest = Array(ids.prefix(boundary.tokenCount))
        tokenizer.encode(
          UnsafeBufferPointer(rebasing: utf8[boundary.byteOffset...]), continuing: boundary, into: &rest)
        expect(rest == ids, "other ids behind byte \(boundary.byteOffset)")
      }
    }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    LooseGGUF.mutated(bytes, limit: limit, random: &random)
  }
}
