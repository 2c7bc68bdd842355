import M3Inference
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights
import Testing

/// What is emitted and when, with a model that says a given sequence of tokens.
@Suite struct GeneratorTextTests {
  /// Bytes that the model says, and the pieces in which they come.
  struct Saying: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let pieces: [String]
  }

  static let sayings = [
    Saying(testDescription: "ASCII", bytes: Array("abc".utf8), pieces: ["a", "b", "c"]),
    Saying(testDescription: "two bytes", bytes: Array("aé".utf8), pieces: ["a", "é"]),
    Saying(testDescription: "three bytes", bytes: Array("茶b".utf8), pieces: ["茶", "b"]),
    Saying(testDescription: "four bytes", bytes: Array("😀b".utf8), pieces: ["😀", "b"]),
    Saying(testDescription: "a lone continuation", bytes: [0x80, 0x61], pieces: ["\u{FFFD}", "a"]),
    Saying(
      testDescription: "a byte that is never UTF-8", bytes: [0x61, 0xFF, 0x62, 0x63], pieces: ["a", "\u{FFFD}b", "c"]),
    Saying(testDescription: "cut by an ASCII letter", bytes: [0xE8, 0x8C, 0x61, 0x62], pieces: ["\u{FFFD}a", "b"]),
    Saying(testDescription: "cut by the end", bytes: [0x61, 0xE8, 0x8C], pieces: ["a", "\u{FFFD}"]),
  ]

  @Test(arguments: sayings)
  func piecesAreWholeCharacters(_ saying: Saying) throws {
    let chain = try Chain(saying.bytes)
    var pieces: [String] = []
    let text = try chain.generate(maximumTokens: 100) { piece in
      pieces.append(piece)
      return true
    }
    #expect(pieces == saying.pieces)
    #expect(text == saying.pieces.joined())
  }

  @Test func stopTokensAreNotSaid() throws {
    let chain = try Chain(Array("abc".utf8))
    #expect(try chain.generate(maximumTokens: 100) == "abc")
    #expect(try chain.generate(maximumTokens: 100, stops: ["b"]) == "a")
    #expect(try chain.generate(maximumTokens: 100, stops: ["a"]) == "")
  }

  @Test(arguments: [(-1, ""), (0, ""), (1, "a"), (2, "ab"), (3, "abc"), (4, "abc")])
  func atMostSoManyTokens(count: Int, expected: String) throws {
    #expect(try Chain(Array("abc".utf8)).generate(maximumTokens: count) == expected)
  }

  @Test func theReaderCanEndIt() throws {
    var pieces: [String] = []
    let text = try Chain(Array("abcd".utf8)).generate(maximumTokens: 100) { piece in
      pieces.append(piece)
      return piece != "b"
    }
    #expect(pieces == ["a", "b"])
    #expect(text == "ab")
  }
}

/// A model in which each token follows from the one before: attention and feed-forward add nothing, the embedding is the
/// identity, and the output matrix says what comes next.
private struct Chain {
  let model: LlamaModel
  let tokenizer: Tokenizer
  let stop: Int32

  /// - Parameter bytes: all different.
  init(_ bytes: [UInt8]) throws {
    tokenizer = try EvaluationModel.tiny.get().tokenizer
    let count = tokenizer.vocabularyCount
    var shape = RandomLlama()
    (shape.layers, shape.hidden, shape.vocabulary, shape.isTied) = (1, count, count, false)
    (shape.heads, shape.keyValueHeads, shape.headDimension, shape.feedForward) = (1, 1, 2, 2)
    var builder = GGUFBuilder(shape, seed: 1)
    for part in ["attn_output", "ffn_down"] {
      builder.tensors["blk.0.\(part).weight"]?.values.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }
    let tokenizer = tokenizer
    let tokens = try bytes.map { byte in
      try #require((0..<Int32(count)).first { tokenizer.decode([$0]) == [byte] })
    }
    stop = try #require(tokenizer.token(spelled: "<|im_end|>"))
    var (embedding, output) = ([Float](repeating: 0, count: count * count), [Float](repeating: 0, count: count * count))
    for token in 0..<count { embedding[token * count + token] = 1 }
    for (token, next) in zip([0] + tokens, tokens + [stop]) { output[Int(next) * count + Int(token)] = 1 }
    builder.add("token_embd.weight", shape: [count, count], embedding)
    builder.add("output.weight", shape: [count, count], output)
    let folder = try TemporaryFolder()
    model = try LlamaModel(GGUFFile(path: folder.write(builder.bytes, "chain.gguf")))
  }

  func generate(
    maximumTokens: Int, stops: [String] = [], emit: (String) -> Bool = { _ in true }
  ) throws -> String {
    let stopTokens = Set(stops.flatMap { tokenizer.encode($0) } + [stop])
    return try Continuation(model: model, tokenizer: tokenizer, stopTokens: stopTokens).text(
      prompt: [0], maximumTokens: maximumTokens, emit: emit)
  }
}
