import M3Bytes
import M3JSON
import M3Retrieval
import M3Tensor
import M3TestSupport
import M3Transformer

/// The settings of a sentence embedder: the five JSON files of its folder, a line each, around weights and a tokenizer
/// that are whole.
enum EmbedderTarget: FuzzTarget {
  static let name = "embedder"

  private static let files = [
    "config.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json", "tokenizer_config.json",
  ]

  static var seeds: [[UInt8]] {
    [
      """
      {"hidden_act":"gelu","hidden_size":8,"intermediate_size":4,"layer_norm_eps":1e-05,"max_position_embeddings":12,\
      "model_type":"bert","num_attention_heads":2,"num_hidden_layers":1,"type_vocab_size":2,"vocab_size":16}
      [{"path":"","type":"sentence_transformers.models.Transformer"},\
      {"path":"1_Pooling","type":"sentence_transformers.models.Pooling"},\
      {"path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
      {"do_lower_case":false,"max_seq_length":10}
      {"pooling_mode_mean_tokens":true,"word_embedding_dimension":8}
      {"model_max_length":1e30}
      """,
      """
      {"model_type":"bert","hidden_size":8,"intermediate_size":4,"max_position_embeddings":12,"num_attention_heads":4,\
      "num_hidden_layers":1,"vocab_size":16}
      """,
    ].map { Array($0.utf8) }
  }

  /// Weights of the seeds' shape.
  private static let weights: [UInt8] = {
    var entries = JSONObject()
    var data = ByteWriter()
    func add(_ name: String, _ shape: [Int]) {
      let count = shape.reduce(1, *)
      entries[name] = [
        "data_offsets": [.integer(Int64(data.count)), .integer(Int64(data.count + 4 * count))], "dtype": "F32",
        "shape": .array(shape.map { .integer(Int64($0)) }),
      ]
      for value in SmallMemories.floats(count, seed: UInt64(data.count)) { data.integer(value.bitPattern) }
    }
    for (name, rows) in [("word", 16), ("position", 12), ("token_type", 2)] {
      add("embeddings.\(name)_embeddings.weight", [rows, 8])
    }
    let layer = "encoder.layer.0."
    for (name, outputs, inputs) in [
      ("attention.self.query", 8, 8), ("attention.self.key", 8, 8), ("attention.self.value", 8, 8),
      ("attention.output.dense", 8, 8), ("intermediate.dense", 4, 8), ("output.dense", 8, 4),
    ] {
      add(layer + name + ".weight", [outputs, inputs])
      add(layer + name + ".bias", [outputs])
    }
    for name in ["embeddings.LayerNorm", layer + "attention.output.LayerNorm", layer + "output.LayerNorm"] {
      add(name + ".weight", [8])
      add(name + ".bias", [8])
    }
    return SafetensorsTarget.file(header: JSONValue.object(entries).serialized(.compact), data: data.bytes)
  }()

  private static let folder: String = {
    let folder = ScratchFiles.folder("embedder")
    _ = ScratchFiles.folder("embedder/1_Pooling")
    ScratchFiles.write(weights, to: "embedder/model.safetensors")
    ScratchFiles.write(Array(WordPieceTarget.tokenizer.utf8), to: "embedder/tokenizer.json")
    return folder
  }()

  static func isTyped(_ error: any Error) -> Bool {
    // A path in modules.json may lead nowhere.
    error is FormatError || error is FileError || error is TensorError
  }

  static func run(_ bytes: [UInt8]) throws {
    let folder = folder
    let lines = bytes.parts(separatedBy: 0x0A)
    for (index, name) in files.enumerated() {
      if index < lines.count {
        ScratchFiles.write(lines[index], to: "embedder/\(name)")
      } else {
        try FilePaths.remove(ScratchFiles.path("embedder/\(name)"))
      }
    }
    let embedder = try SentenceEmbedder(folder: folder)
    expect(embedder.dimension == 8 && embedder.maximumTokenCount <= 12, "an embedder beyond its weights")
    let texts = ["", "the unable a.", String(repeating: "é ", count: 40)]
    let vectors = embedder.embed(texts)
    expect(vectors.count == texts.count * 8, "\(vectors.count) elements")
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    guard !random.once(in: 8) else { return Mutation.bytes(bytes, limit: limit) }
    var lines = bytes.parts(separatedBy: 0x0A)
    let place = random.integer(below: lines.count)
    lines[place] = JSONMutation.mutate(lines[place], limit: lines[place].count + 64, style: .compact, random: &random)
    return Array(lines.joined(separator: [0x0A]))
  }
}
