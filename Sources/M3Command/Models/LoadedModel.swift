public import M3Bytes
import M3Tensor
public import M3Text
public import M3Transformer
public import M3Weights

/// A model file with all that the tools need of it.
public struct LoadedModel: Sendable {
  public let file: GGUFFile
  public let model: LlamaModel
  public let tokenizer: Tokenizer
  /// SHA-256 of the file.
  public let digest: SHA256Digest

  /// - Parameter kernel: `auto` or the name of kernels that this machine can run.
  /// - Throws: ``FormatError``; ``FileError``; `TensorError` for unknown kernels.
  public init(path: String, kernel: String = "auto") throws {
    let kernels = kernel == "auto" ? Kernels.best : try Kernels.named(kernel)
    file = try GGUFFile(path: path)
    tokenizer = try Self.tokenizer(of: file)
    digest = try file.contentDigest()
    model = try LlamaModel(file, kernels: kernels)
    guard tokenizer.vocabularyCount <= model.configuration.vocabularySize else {
      throw FormatError(
        .mismatch(
          expected: "at most \(model.configuration.vocabularySize) tokens", found: "\(tokenizer.vocabularyCount)"),
        field: "tokenizer.ggml.tokens", file: path)
    }
  }

  /// A model file's tokenizer alone.
  public static func tokenizer(path: String) throws -> Tokenizer {
    try tokenizer(of: GGUFFile(path: path))
  }

  private static func tokenizer(of file: GGUFFile) throws -> Tokenizer {
    let definition = try TokenizerDefinition(file)
    do throws(FormatError) {
      return try Tokenizer(definition)
    } catch {
      throw error.inFile(file.path)
    }
  }

  /// The tokenizer's fingerprint as plans and producers print it.
  public var tokenizerFingerprint: String { Self.fingerprint(tokenizer) }

  public static func fingerprint(_ tokenizer: Tokenizer) -> String { Hexadecimal.string(tokenizer.fingerprint) }

  /// Tokens that the file of a BOS memory may have.
  private static let maximumBOSTokenCount = 4096

  /// The tokens of a BOS text; empty text stands for the model's own BOS token.
  /// - Throws: ``UsageError`` where the model has none, and where the text leaves no room in the model's context.
  public func bosTokens(_ text: String) throws -> [Int32] {
    if !text.isEmpty {
      let tokens = tokenizer.encodeWithControlTokens(text)
      let limit = min(model.configuration.contextLength - 1, Self.maximumBOSTokenCount)
      guard tokens.count <= limit else {
        throw UsageError("the BOS text has \(tokens.count) tokens; \(limit) are the most for this model")
      }
      return tokens
    }
    guard let token = tokenizer.beginningOfSequence else { throw UsageError("the model names no BOS token: set `bos`") }
    return [token]
  }
}
