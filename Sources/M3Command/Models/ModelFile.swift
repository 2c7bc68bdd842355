public import M3Bytes
import M3Parallel
public import M3Tensor
public import M3Text
public import M3Transformer
public import M3Weights

/// A model file before its weights are read: what decides a plan.
public struct ModelFile: Sendable {
  public let file: GGUFFile
  public let configuration: LlamaConfiguration
  public let tokenizer: Tokenizer
  /// SHA-256 of the file.
  public let digest: SHA256Digest
  public let kernels: Kernels

  /// - Parameter kernel: `auto` or the name of kernels that this machine can run.
  /// - Throws: ``FormatError``; ``FileError``; `TensorError` for unknown kernels.
  public init(path: String, kernel: String = "auto") throws {
    kernels = try Kernels.chosen(kernel)
    file = try GGUFFile(path: path)
    let file = file
    // Either takes as long as the other.
    (tokenizer, digest) = try ParallelLoop.pair({ try Self.tokenizer(of: file) }, { try file.contentDigest() })
    configuration = try LlamaConfiguration(file)
    guard tokenizer.vocabularyCount <= configuration.vocabularySize else {
      throw FormatError(
        .mismatch(expected: "at most \(configuration.vocabularySize) tokens", found: "\(tokenizer.vocabularyCount)"),
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
}
