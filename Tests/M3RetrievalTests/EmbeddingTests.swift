import Dispatch
import M3Bytes
import M3JSON
import M3Retrieval
import M3Tensor
import M3TestSupport
import M3Text
import Synchronization
import Testing

@Suite struct EmbeddingTests {
  /// Lengths from none to beyond the maximum, some of them equal, more than one pass can hold.
  static let texts: [String] = {
    var random = Randomness(seed: 11)
    let words = ["memory", "bank", "of", "each", "reader", "x", "память", "记忆", "!"]
    return (0..<90).map { _ in
      (0..<random.integer(below: 30)).map { _ in words[random.integer(below: words.count)] }.joined(separator: " ")
    }
  }()

  @Test(arguments: [1, 2]) func vectorsDependOnTheirTextAlone(threads: Int) throws {
    let folder = try EmbedderFolder()
    let alone = try folder.embedder()
    let expected = Self.texts.flatMap { alone.embed([$0]) }
    let embedder = try folder.embedder(threads: threads)
    #expect(identical(embedder.embed(Self.texts), expected))
    let reversed = embedder.embed(Self.texts.reversed())
    #expect(identical(reversed.prefix(32), expected.suffix(32)))
    #expect(identical(reversed.suffix(32), expected.prefix(32)))
    #expect(embedder.embed([]).isEmpty)
  }

  @Test func manyThreadsMayCall() throws {
    let embedder = try EmbedderFolder().embedder()
    let expected = embedder.embed(Self.texts)
    let wrong = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 16) { _ in
      if embedder.embed(Self.texts) != expected { wrong.withLock { $0 += 1 } }
    }
    #expect(wrong.withLock { $0 } == 0)
  }

  @Test func vectorsAreNormalized() throws {
    let vectors = try EmbedderFolder().embedder().embed(Self.texts)
    for start in stride(from: 0, to: vectors.count, by: 32) {
      let length = vectors[start..<start + 32].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect((length - 1).magnitude < 1e-6)
    }
  }

  @Test func textsAreCutToTheMaximum() throws {
    let folder = try EmbedderFolder()
    try folder.set("max_seq_length", 5, in: "sentence_bert_config.json")
    let embedder = try folder.embedder()
    #expect(embedder.maximumTokenCount == 5)
    let vectors = embedder.embed(["of the bank", "of the bank of memory", "of the"])
    #expect(identical(vectors[..<32], vectors[32..<64]))
    #expect(!identical(vectors[..<32], vectors[64...]))
  }

  @Test func withoutALengthItIsThatOfTheTokenizerOrThePositions() throws {
    let folder = try EmbedderFolder()
    try folder.remove("sentence_bert_config.json")
    #expect(try folder.embedder().maximumTokenCount == 40)
    try folder.write(#"{"max_seq_length": null}"#, "sentence_bert_config.json")
    #expect(try folder.embedder().maximumTokenCount == 40)
    for (length, expected) in [("12", 12), ("41", 40), ("1000000000000000019884624838656", 40), ("null", 40)] {
      try folder.write(#"{"model_max_length": \#(length)}"#, "tokenizer_config.json")
      #expect(try folder.embedder().maximumTokenCount == expected)
    }
  }

  @Test func lowercasing() throws {
    let folder = try EmbedderFolder()
    try folder.replace(#""lowercase": true"#, by: #""lowercase": false"#, in: "tokenizer.json")
    let sensitive = try folder.embedder().embed(["memory", "MEMORY"])
    #expect(!identical(sensitive[..<32], sensitive[32...]))
    try folder.set("do_lower_case", true, in: "sentence_bert_config.json")
    let insensitive = try folder.embedder().embed(["memory", "MEMORY"])
    #expect(identical(insensitive[..<32], insensitive[32...]))
    #expect(identical(insensitive[..<32], sensitive[..<32]))
  }
}

@Suite struct EmbedderIdentityTests {
  @Test func equalFoldersHaveOneIdentity() throws {
    let first = try EmbedderFolder().embedder().identity
    let second = try EmbedderFolder().embedder(kernels: .named("scalar"), threads: 2).identity
    #expect(first == second)
    #expect(first.description == "BERT, 2 layers, width 32, pooling mean, normalized, at most 24 tokens")
  }

  static let changes: [(name: String, change: @Sendable (EmbedderFolder) throws -> Void)] = [
    ("weights", { try $0.flipBit(of: "model.safetensors") }),
    ("tokenizer", { try $0.replace("\"bank\"", by: "\"tank\"", in: "tokenizer.json") }),
    ("heads", { try $0.set("num_attention_heads", 8, in: "config.json") }),
    ("epsilon", { try $0.set("layer_norm_eps", .double(1e-6), in: "config.json") }),
    ("activation", { try $0.set("hidden_act", "gelu_new", in: "config.json") }),
    ("length", { try $0.set("max_seq_length", 23, in: "sentence_bert_config.json") }),
    ("lowercasing", { try $0.set("do_lower_case", true, in: "sentence_bert_config.json") }),
    (
      "pooling",
      {
        try $0.set("pooling_mode_mean_tokens", false, in: "1_Pooling/config.json")
        try $0.set("pooling_mode_cls_token", true, in: "1_Pooling/config.json")
      }
    ),
    ("normalization", { try $0.remove("modules.json") }),
  ]

  @Test(arguments: changes.indices) func whatChangesVectorsChangesIt(index: Int) throws {
    let folder = try EmbedderFolder()
    let before = try folder.embedder().identity
    try Self.changes[index].change(folder)
    #expect(try folder.embedder().identity != before)
  }

  @Test func jsonAndBack() throws {
    let identity = try EmbedderFolder().embedder().identity
    let read = try EmbedderIdentity(JSONFields(identity.json, path: "embedder"))
    #expect(read == identity)
    #expect(read.description == identity.description)
    #expect(throws: FormatError(.missing("field"), field: "embedder.sha256")) {
      try EmbedderIdentity(JSONFields(["description": ""] as JSONObject, path: "embedder"))
    }
    #expect(throws: FormatError(.unsupported(found: "the field x"), field: "embedder")) {
      try EmbedderIdentity(JSONFields(["x": 1] as JSONObject, path: "embedder"))
    }
    #expect(throws: FormatError(.malformed("not 64 lower-case hexadecimal digits"), field: "embedder.sha256")) {
      try EmbedderIdentity(JSONFields(["description": "", "sha256": "ABC"] as JSONObject, path: "embedder"))
    }
  }
}
