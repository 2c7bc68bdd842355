/// The shape of a random Llama model.
package struct RandomLlama: Sendable {
  package var layers = 2
  package var hidden = 24
  package var feedForward = 40
  package var heads = 4
  package var keyValueHeads = 2
  package var headDimension = 6
  package var vocabulary = 50
  package var context = 512
  package var rotaryBase: Float = 10_000
  package var isTied = true
  package var hasFrequencyFactors = false

  package init() {}
}

extension GGUFBuilder {
  /// A model of random weights, large enough that attention is far from uniform.
  package init(_ shape: RandomLlama, seed: UInt64) {
    self.init()
    var random = Randomness(seed: seed)
    metadata = [
      "general.architecture": .string("llama"),
      "llama.attention.head_count": .uint32(UInt32(shape.heads)),
      "llama.attention.head_count_kv": .uint32(UInt32(shape.keyValueHeads)),
      "llama.attention.key_length": .uint32(UInt32(shape.headDimension)),
      "llama.attention.layer_norm_rms_epsilon": .float32(1e-5),
      "llama.block_count": .uint32(UInt32(shape.layers)),
      "llama.context_length": .uint32(UInt32(shape.context)),
      "llama.embedding_length": .uint32(UInt32(shape.hidden)),
      "llama.feed_forward_length": .uint32(UInt32(shape.feedForward)),
      "llama.rope.freq_base": .float32(shape.rotaryBase),
    ]
    func matrix(_ name: String, _ rows: Int, _ columns: Int) {
      add(name, shape: [rows, columns], random.floats(rows * columns, 2 / Float(columns).squareRoot()))
    }
    func norm(_ name: String) {
      add(name, shape: [shape.hidden], random.floats(shape.hidden, 0.4).map { 1 + $0 })
    }
    let (querySize, keySize) = (shape.heads * shape.headDimension, shape.keyValueHeads * shape.headDimension)
    matrix("token_embd.weight", shape.vocabulary, shape.hidden)
    norm("output_norm.weight")
    if !shape.isTied { matrix("output.weight", shape.vocabulary, shape.hidden) }
    for layer in 0..<shape.layers {
      let prefix = "blk.\(layer)."
      norm(prefix + "attn_norm.weight")
      norm(prefix + "ffn_norm.weight")
      matrix(prefix + "attn_q.weight", querySize, shape.hidden)
      matrix(prefix + "attn_k.weight", keySize, shape.hidden)
      matrix(prefix + "attn_v.weight", keySize, shape.hidden)
      matrix(prefix + "attn_output.weight", shape.hidden, querySize)
      matrix(prefix + "ffn_gate.weight", shape.feedForward, shape.hidden)
      matrix(prefix + "ffn_up.weight", shape.feedForward, shape.hidden)
      matrix(prefix + "ffn_down.weight", shape.hidden, shape.feedForward)
    }
    if shape.hasFrequencyFactors {
      add(
        "rope_freqs.weight", shape: [shape.headDimension / 2], (0..<shape.headDimension / 2).map { 1 + Float($0) * 1.5 }
      )
    }
  }
}
