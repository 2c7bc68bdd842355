import M3Bytes
import M3TestSupport
import M3Text
import M3Weights
import Testing

/// Tokenizers of SentencePiece as GGUF files carry them.
@Suite struct TokenizerFileTests {
  private static func file(_ definition: TokenizerDefinition) -> GGUFBuilder {
    var file = GGUFBuilder()
    file.metadata = [
      "general.architecture": .string("llama"),
      "tokenizer.ggml.model": .string(definition.model),
      "tokenizer.ggml.tokens": .strings(definition.tokens),
      "tokenizer.ggml.scores": .float32s(definition.scores),
      "tokenizer.ggml.token_type": .int32s(definition.types),
      "tokenizer.ggml.bos_token_id": .uint32(1),
      "tokenizer.ggml.unknown_token_id": .uint32(UInt32(definition.types.firstIndex(of: 2) ?? 0)),
    ]
    if let adds = definition.addsSpacePrefix { file.metadata["tokenizer.ggml.add_space_prefix"] = .bool(adds) }
    if definition.removesExtraWhitespace == true {
      file.metadata["tokenizer.ggml.remove_extra_whitespaces"] = .bool(true)
    }
    if !definition.precompiledCharacterMap.isEmpty {
      file.metadata["tokenizer.ggml.precompiled_charsmap"] = .uint8s(definition.precompiledCharacterMap)
    }
    return file
  }

  private static func read(_ file: GGUFBuilder) throws -> TokenizerDefinition {
    let folder = try TemporaryFolder()
    let path = try folder.write(file.bytes, "model.gguf")
    return try TokenizerDefinition(GGUFFile(path: path))
  }

  @Test(arguments: Fixtures.sentencePieceModels) func theSameTokenizer(model: String) throws {
    let definition = try Fixtures.sentencePieceDefinition(model)
    let read = try Self.read(Self.file(definition))
    #expect(read.scores == definition.scores && read.types == definition.types && read.tokens == definition.tokens)
    #expect(read.precompiledCharacterMap == definition.precompiledCharacterMap)
    let tokenizer = try Tokenizer(read)
    #expect(try tokenizer.fingerprint == Tokenizer(definition).fingerprint)
    #expect(tokenizer.beginningOfSequence == 1)
  }

  /// A file that leaves all out that may be left out.
  @Test func defaults() throws {
    var definition = Definitions.piecesAndBytes(["▁": -1, "a": -2])
    definition.addsSpacePrefix = nil
    let read = try Self.read(Self.file(definition))
    #expect(read.addsSpacePrefix == nil && read.removesExtraWhitespace == nil && read.precompiledCharacterMap.isEmpty)
    #expect(try Tokenizer(read).encode("a") == [2, 3])
  }

  @Test func refused() throws {
    let sound = Self.file(Definitions.piecesAndBytes(["▁": -1, "a": -2]))
    let cases: [(key: String, value: GGUFBuilder.Value?, problem: FormatError.Problem)] = [
      ("scores", .string("no"), .mismatch(expected: "array of float32", found: "string")),
      ("scores", .float32s([0, .nan]), .outOfRange(found: "nan at index 1", allowed: "finite numbers")),
      ("add_space_prefix", .uint32(1), .mismatch(expected: "bool", found: "uint32")),
      ("remove_extra_whitespaces", .string("true"), .mismatch(expected: "bool", found: "string")),
      ("precompiled_charsmap", .string("map"), .mismatch(expected: "array of integers", found: "string")),
      ("unknown_token_id", .float32(0), .mismatch(expected: "integer", found: "float32")),
    ]
    for (key, value, problem) in cases {
      var file = sound
      file.metadata["tokenizer.ggml.\(key)"] = value
      let error = #expect(throws: FormatError.self, "\(key)") { try Self.read(file) }
      #expect(error?.problem == problem)
      #expect(error?.field == "metadata tokenizer.ggml.\(key)")
    }
  }
}
