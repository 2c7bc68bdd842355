import M3Bytes
public import M3Memory
public import M3Text
public import M3Transformer
import M3Weights

/// A model with its weights, ready to compute.
public struct LoadedModel: Sendable {
  public let source: ModelFile
  public let model: LlamaModel

  public var tokenizer: Tokenizer { source.tokenizer }

  /// - Parameters:
  ///   - kernel: `auto` or the name of kernels that this machine can run.
  ///   - arithmetic: in which numbers a `ForwardPass` multiplies.
  ///   - decoding: whether a `DecodingPass` will run it.
  /// - Throws: ``FormatError``; ``FileError``; `TensorError` for unknown kernels.
  public init(
    path: String, kernel: String = "auto", arithmetic: Arithmetic = .float32, decoding: Bool = false
  ) throws {
    try self.init(ModelFile(path: path, kernel: kernel), arithmetic: arithmetic, decoding: decoding)
  }

  /// Reads the weights.
  /// - Throws: ``FormatError``; ``FileError``.
  public init(_ source: ModelFile, arithmetic: Arithmetic = .float32, decoding: Bool = false) throws {
    self.source = source
    model = try LlamaModel(source.file, kernels: source.kernels, arithmetic: arithmetic, decoding: decoding)
  }

  /// What the model's first layers say of references: what predicted codecs read.
  /// - Throws: ``FormatError`` where the model is not the one of the codebook and the BOS memory.
  public func features(_ kind: FeatureKind, bos: BOSMemory, producer: Producer) throws -> ModelFeatures {
    do throws(FormatError) {
      return try ModelFeatures(
        model: model, tokenizer: tokenizer, bos: bos, bosTokens: producer.bosTokens, kind: kind)
    } catch {
      throw error.inFile(source.file.path)
    }
  }
}
