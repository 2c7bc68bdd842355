import M3JSON
import M3Retrieval
import M3Tensor
import M3TestSupport
import Testing

/// Vectors against `sentence-transformers`.
@Suite struct EmbeddingGoldenTests {
  static let kernels = Kernels.available.map(\.name)

  enum Setup: String, CaseIterable {
    case cls, mean
    case normalizedMean = "normalized_mean"
  }

  @Test(arguments: Setup.allCases, kernels)
  func tinyModel(setup: Setup, kernels: String) throws {
    let folder = try EmbedderFolder()
    if setup != .normalizedMean {
      try folder.write(
        #"""
        [{"path": "", "type": "sentence_transformers.models.Transformer"},
         {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
        """#, "modules.json")
    }
    if setup == .cls {
      try folder.set("pooling_mode_mean_tokens", false, in: "1_Pooling/config.json")
      try folder.set("pooling_mode_cls_token", true, in: "1_Pooling/config.json")
    }
    try expectVectors(of: folder.embedder(kernels: .named(kernels)), setup)
  }

  @Test func aPlainModelIsPooledByTheMean() throws {
    let folder = try EmbedderFolder()
    for name in ["modules.json", "1_Pooling/config.json"] { try folder.remove(name) }
    try expectVectors(of: folder.embedder(), .mean)
  }

  @Test func theSettingsOfVersionSix() throws {
    let folder = try EmbedderFolder()
    try folder.write(
      #"""
      [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
       {"idx": 1, "name": "1", "path": "1_Pooling",
        "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"}]
      """#, "modules.json")
    try folder.write(
      #"{"embedding_dimension": 32, "pooling_mode": "cls", "include_prompt": true}"#, "1_Pooling/config.json")
    try folder.write(
      #"""
      {"transformer_task": "feature-extraction", "module_output_name": "token_embeddings",
       "modality_config": {"text": {"method": "forward", "method_output_name": "last_hidden_state"}}}
      """#, "sentence_bert_config.json")
    try folder.write(#"{"model_max_length": 24}"#, "tokenizer_config.json")
    try expectVectors(of: folder.embedder(), .cls)
  }

  private func expectVectors(of embedder: SentenceEmbedder, _ setup: Setup) throws {
    let cases = try Fixtures.golden("bert/tiny.golden.json").required("cases", as: [JSONFields].self)
    let vectors = embedder.embed(try cases.map { try $0.required("text") })
    #expect(embedder.dimension == 32)
    #expect(vectors.count == 32 * cases.count)
    for (index, golden) in cases.enumerated() {
      let expected = try golden.required(setup.rawValue, as: [Double].self)
      #expect(largestDifference(vectors[index * 32..<(index + 1) * 32], expected) < 5e-6)
    }
  }

  @Test(.enabled(if: MiniLM.folder != nil)) func realModel() throws {
    let golden = try Fixtures.golden("bert/minilm.golden.json")
    let cases = try golden.required("cases", as: [JSONFields].self)
    #expect(cases.count == 12)
    let embedder = try SentenceEmbedder(folder: try #require(MiniLM.folder))
    #expect(embedder.maximumTokenCount == 256)
    let texts: [String] = try cases.map { try $0.required("text") }
    let vectors = embedder.embed(texts)
    for (index, golden) in cases.enumerated() {
      let expected = try golden.required("vector", as: [Double].self)
      let found = vectors[index * 384..<(index + 1) * 384]
      #expect(found.count == expected.count)
      #expect(largestDifference(found, expected) < 2e-6, "\(texts[index])")
      let cosine = zip(found, expected).reduce(0) { $0 + Double($1.0) * $1.1 }
      #expect((cosine - 1).magnitude < 1e-6)
    }
  }
}
