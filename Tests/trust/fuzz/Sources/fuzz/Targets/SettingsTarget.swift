import M3Bytes
import M3Command
import M3Encoder
import M3Inference

/// A pipeline file, and each of its sections.
enum SettingsTarget: FuzzTarget {
  static let name = "settings"

  static var seeds: [[UInt8]] {
    [
      """
      # comment
      chunk: {max_tokens: 128, title_field: "", with_token_ids: true}
      dedupe:
        preset: reference
        threshold: 0.8
        keep: first
        level: auto
      filter:
        profiles: [reference, "language:en,zh"]
        min_quality: 0.5
      encode: &e
        rule: all
        layers: [0, 3, 5-7]
        bos: "<|endoftext|>\\u00e9"
        calibration: model.json
      shard: {codec: int4, compression_level: 3}
      index: {factory: auto, nprobe: 8}
      read:
        memories: 5
        gate: -0.5
      quantize: ~
      """,
      "encode:\n  layers: first_half\n  context: document\n  document_tokens: 256\n", "{}", "",
      "read: !!map {? chunk_tokens : 16, prefetch_tokens: 8}\n", "a: &x [1, 2]\nb: *x\n",
      "chunk: |\n  text\n", "%YAML 1.1\n---\nshard:\n  codec: >-\n    bf16\n...\n",
    ].map { Array($0.utf8) }
  }

  static func isTyped(_ error: any Error) -> Bool { error is SettingsError }

  static func run(_ bytes: [UInt8]) throws {
    let path = ScratchFiles.write(bytes, to: "pipeline.yaml")
    var problem: SettingsError?
    func attempt(_ name: String, _ body: (inout SettingsSection) throws -> Void) throws {
      do {
        var section = try SettingsSection(name, file: path)
        try body(&section)
      } catch let error as SettingsError {
        problem = problem ?? error
      }
    }
    try attempt("chunk") { expect(try (8...4096).contains(ChunkSettings(&$0).maximumTokens), "a length out of range") }
    try attempt("dedupe") { _ = try DedupeSettings(&$0) }
    try attempt("filter") { _ = try FilterSettings(&$0).json }
    try attempt("encode") { section in
      let settings = try EncodeSettings(&section)
      _ = settings.json
      let layers = try settings.memoryLayers(layerCount: 8)
      expect(layers == layers.sorted() && layers.allSatisfy { (0..<8).contains($0) }, "layers \(layers)")
    }
    try attempt("shard") { expect(try (1...19).contains(ShardSettings(&$0).compressionLevel), "a level out of range") }
    try attempt("index") { _ = try IndexSettings(&$0) }
    try attempt("read") { section in
      let retrieval = try ReadSettings(&section).retrieval
      expect(retrieval.prefetchTokens < retrieval.chunkTokens && !retrieval.gate.isNaN, "\(retrieval)")
    }
    if let problem { throw problem }
  }
}
