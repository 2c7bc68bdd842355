import M3TestSupport

/// A small chat model of random weights that speaks printable ASCII alone, so that one can tell what it says apart.
///
/// A token is a byte; there are no merges. Tokens that shall not be said are held down by a hidden element that is the same
/// for every token: no layer writes to it, and only those tokens' rows of the output matrix read it.
enum SpeakingModel {
  static let file = bytes(template: template)

  /// ChatML as SmolLM2 has it, without a system text of the model's own.
  static let template =
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"

  /// - Parameter template: nil leaves the file without one.
  static func bytes(template: String?) -> [UInt8] {
    let control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    let spellings = control.map { Array($0.utf8) } + byteSpellings
    var shape = RandomLlama()
    (shape.hidden, shape.feedForward, shape.headDimension) = (32, 48, 8)
    (shape.vocabulary, shape.isTied) = (spellings.count, false)
    var builder = GGUFBuilder(shape, seed: 11)
    builder.metadata.merge([
      "tokenizer.ggml.model": .string("gpt2"), "tokenizer.ggml.pre": .string("smollm"),
      "tokenizer.ggml.tokens": .strings(spellings), "tokenizer.ggml.merges": .strings([]),
      "tokenizer.ggml.token_type": .int32s(spellings.indices.map { $0 < control.count ? 3 : 1 }),
      "tokenizer.ggml.bos_token_id": .uint32(1), "tokenizer.ggml.eos_token_id": .uint32(2),
      "tokenizer.ggml.unknown_token_id": .uint32(0), "tokenizer.ggml.add_bos_token": .bool(false),
    ]) { $1 }
    if let template { builder.metadata["tokenizer.chat_template"] = .string(template) }
    let isSaid = spellings.indices.map { token in
      token == 2 || (token >= control.count && (0x20...0x7E).contains(token - control.count))
    }
    builder.hold(down: isSaid, width: shape.hidden, layers: shape.layers)
    return builder.bytes
  }

  /// What byte-level vocabularies write for each byte (GPT-2's `bytes_to_unicode`).
  private static let byteSpellings: [[UInt8]] = {
    var next: UInt32 = 0x100
    return (0...UInt8.max).map { byte in
      let isPrinted = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
      defer { if !isPrinted { next += 1 } }
      return Array(String(isPrinted ? Unicode.Scalar(byte) : Unicode.Scalar(next)!).utf8)
    }
  }()
}

extension GGUFBuilder {
  /// Makes hidden element 0 a constant that takes from the logits of all tokens but those.
  fileprivate mutating func hold(down isSaid: [Bool], width: Int, layers: Int) {
    func change(_ name: String, _ body: (inout [Float]) -> Void) { body(&tensors[name]!.values) }
    change("token_embd.weight") { values in for token in isSaid.indices { values[token * width] = 1 } }
    change("output.weight") { values in for token in isSaid.indices { values[token * width] = isSaid[token] ? 0 : -100 }
    }
    for layer in 0..<layers {
      for name in ["attn_output", "ffn_down"] {
        change("blk.\(layer).\(name).weight") { values in
          for column in 0..<(values.count / width) { values[column] = 0 }
        }
      }
    }
  }
}
