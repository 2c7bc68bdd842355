import M3TestSupport
import M3Text
import M3Weights
import Testing

@Suite struct FingerprintTests {
  static let base: TokenizerDefinition = {
    var definition = Definitions.bytes(adding: ["ab", "bc", "<end>"], merges: ["a b", "b c"])
    definition.types = [Int32](repeating: 1, count: 258) + [3]
    return definition
  }()

  static let changes: [(name: String, change: @Sendable (inout TokenizerDefinition) -> Void)] = [
    ("pre-tokenizer", { $0.preTokenizer = "gpt-2" }),
    (
      "token added",
      {
        $0.tokens.append(Array("zz".utf8))
        $0.types.append(1)
      }
    ),
    ("tokens swapped", { $0.tokens.swapAt(256, 257) }),
    ("control token renamed", { $0.tokens[258] = Array("<END>".utf8) }),
    ("control token made ordinary", { $0.types[258] = 1 }),
    ("merges swapped", { $0.merges.swapAt(0, 1) }),
    ("merge removed", { $0.merges.removeLast() }),
  ]

  @Test(arguments: changes.indices) func whatDecidesIdsChangesIt(index: Int) throws {
    var definition = Self.base
    Self.changes[index].change(&definition)
    #expect(try Tokenizer(definition).fingerprint != Tokenizer(Self.base).fingerprint, "\(Self.changes[index].name)")
  }

  @Test func whatDoesNotLeavesIt() throws {
    var definition = Self.base
    definition.beginningOfSequence = 258
    definition.endOfSequence = 0
    #expect(try Tokenizer(definition).fingerprint == Tokenizer(Self.base).fingerprint)
    var plain = Definitions.bytes()
    let fingerprint = try Tokenizer(plain).fingerprint
    plain.types = [Int32](repeating: 1, count: 256)
    #expect(try Tokenizer(plain).fingerprint == fingerprint)
  }

  /// A bank that was built is tied to the value.
  @Test func tinyModel() throws {
    #expect(try Tokenizer(Fixtures.tinyDefinition()).fingerprint == 0x412C_657C_D141_A76A)
  }
  /// Computed apart, by the `xxhash` package over what the `gguf` package reads.
  @Test(.enabled(if: Fixtures.smollm2 != nil)) func smolLM2() throws {
    let definition = try TokenizerDefinition(GGUFFile(path: try #require(Fixtures.smollm2)))
    #expect(try Tokenizer(definition).fingerprint == 0xF192_02BE_B766_D9D0)
  }
}
