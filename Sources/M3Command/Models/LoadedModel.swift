public import M3Text
public import M3Transformer

/// A model with its weights, ready to compute.
public struct LoadedModel: Sendable {
  public let source: ModelFile
  public let model: LlamaModel

  public var tokenizer: Tokenizer { source.tokenizer }

  /// - Parameter kernel: `auto` or the name of kernels that this machine can run.
  /// - Throws: ``FormatError``; ``FileError``; `TensorError` for unknown kernels.
  public init(path: String, kernel: String = "auto") throws {
    try self.init(ModelFile(path: path, kernel: kernel))
  }

  /// Reads the weights.
  /// - Throws: ``FormatError``; ``FileError``.
  public init(_ source: ModelFile) throws {
    self.source = source
    model = try LlamaModel(source.file, kernels: source.kernels)
  }
}
