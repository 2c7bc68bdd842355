package import M3Weights

/// A Llama forward pass as one would write it on a blackboard: double precision, one sequence, one loop in another.
///
/// It works on weights as GGUF has them, queries and keys of a head interleaved, and rotates neighbours (2i, 2i + 1).
/// What it gives is put into the half-split order (i, i + D/2) of Hugging Face's `transformers`.
package struct PlainLlama: Sendable {
  package struct Layer: Sendable {
    var attentionNorm, feedForwardNorm: [Double]
    var query, key, value, output, gate, up, down: [[Double]]
  }

  package let heads: Int
  package let keyValueHeads: Int
  package let dimension: Int
  package let layers: [Layer]
  /// (V, C).
  let embedding: [[Double]]
  let outputNorm: [Double]
  /// (V, C).
  let unembedding: [[Double]]
  let base: Double
  let frequencyFactors: [Double]
  let epsilon: Double

  package init(_ file: GGUFFile) throws {
    func matrix(_ name: String) throws -> [[Double]] {
      let tensor = file.tensors[name]!
      let values = try [Float](unsafeUninitializedCapacity: tensor.elementCount) { buffer, count in
        try file.readRows(tensor, rows: 0..<tensor.rowCount, into: buffer.baseAddress!)
        count = tensor.elementCount
      }
      return (0..<tensor.rowCount).map { row in
        values[row * tensor.columnCount..<(row + 1) * tensor.columnCount].map { Double($0) }
      }
    }
    heads = try file.integer("llama.attention.head_count")
    keyValueHeads = try file.integer("llama.attention.head_count_kv")
    dimension = try matrix("blk.0.attn_q.weight").count / heads
    base = try file.double("llama.rope.freq_base")
    epsilon = try file.double("llama.attention.layer_norm_rms_epsilon")
    embedding = try matrix("token_embd.weight")
    outputNorm = try matrix("output_norm.weight")[0]
    unembedding = file.tensors["output.weight"] == nil ? embedding : try matrix("output.weight")
    frequencyFactors = file.tensors["rope_freqs.weight"] == nil ? [] : try matrix("rope_freqs.weight")[0]
    layers = try (0..<file.integer("llama.block_count")).map { index in
      func part(_ name: String) throws -> [[Double]] { try matrix("blk.\(index).\(name).weight") }
      return Layer(
        attentionNorm: try part("attn_norm")[0], feedForwardNorm: try part("ffn_norm")[0],
        query: try part("attn_q"), key: try part("attn_k"), value: try part("attn_v"), output: try part("attn_output"),
        gate: try part("ffn_gate"), up: try part("ffn_up"), down: try part("ffn_down"))
    }
  }
}
