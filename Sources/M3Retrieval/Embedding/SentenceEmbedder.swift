import M3Bytes
import M3JSON
public import M3Tensor
public import M3Text
import M3Transformer
import M3Weights
import Synchronization

/// A BERT encoder with pooling, as the `sentence-transformers` package saves and runs it.
///
/// A folder holds `modules.json`, `config.json`, `sentence_bert_config.json`, `1_Pooling/config.json`,
/// `model.safetensors`, `tokenizer.json`. Without `modules.json` it is a plain BERT: the mean over all tokens, not
/// normalized, is then what the package does too. Without `max_seq_length` the length is the tokenizer's
/// `model_max_length`, at most the model's positions. Lowercasing by `do_lower_case` maps each scalar by itself.
///
/// A text's vector has the same bits whatever texts are embedded with it, in whatever order and on however many threads.
/// Any number of threads may call at once.
public final class SentenceEmbedder: TextEmbedder {
  public let identity: EmbedderIdentity
  /// Longest sequence of tokens, [CLS] and [SEP] included; a longer text is cut.
  public let maximumTokenCount: Int

  private let settings: SentenceEmbedderFolder
  private let model: BertModel
  private let tokenizer: WordPieceTokenizer
  private let threads: Int
  /// By the number of their threads.
  private let idle = Mutex<[Int: [IdlePass]]>([:])

  /// Loads a folder.
  ///
  /// - Parameters:
  ///   - threads: how many threads share the work of one call; the default is the calling one alone.
  /// - Throws: `FileError` for a file that is missing; `FormatError` with file and field for what is malformed or not
  ///   computed here, a vocabulary larger than the embedding table, or a length beyond the model's positions;
  ///   `TensorError`.
  public init(folder: String, kernels: Kernels = .best, threads: Int = 1) throws {
    settings = try SentenceEmbedderFolder(folder)
    maximumTokenCount = settings.text.maximumTokenCount
    tokenizer = try WordPieceTokenizer(path: settings.tokenizerPath)
    let vocabularySize = settings.configuration.vocabularySize
    guard tokenizer.vocabularyCount <= vocabularySize else {
      throw FormatError(
        .outOfRange(
          found: "\(tokenizer.vocabularyCount) entries", allowed: "at most vocab_size of config.json, \(vocabularySize)"
        ),
        field: "model.vocab", file: settings.tokenizerPath)
    }
    // An empty text is these alone, and the mean over no token is none.
    guard (1...maximumTokenCount).contains(tokenizer.specialTokenCount) else {
      throw FormatError(
        .outOfRange(found: "\(tokenizer.specialTokenCount) special tokens", allowed: "1 to \(maximumTokenCount)"),
        field: "post_processor", file: settings.tokenizerPath)
    }
    let weights = try SafetensorsFile(path: settings.weightsPath)
    model = try BertModel(weights, configuration: settings.configuration, kernels: kernels)
    identity = EmbedderIdentity(
      settings, weights: try weights.contentDigest(), tokenizer: try SHA256Digest.ofFile(settings.tokenizerPath))
    self.threads = threads
  }

  /// C, the encoder's width.
  public var dimension: Int { settings.configuration.hiddenSize }

  public func embed(_ texts: [String]) -> [Float] { embed(texts, threads: threads) }

  public func embed(_ texts: [String], threads: Int) -> [Float] {
    embed(tokens: texts.map(tokens), threads: threads)
  }

  /// The ids of a text, [CLS] and [SEP] included.
  func tokens(_ text: String) -> [Int32] {
    tokenizer.encode(settings.text.lowercases ? text.lowercased() : text, maximumTokens: maximumTokenCount)
  }

  /// Embeds sequences of ids; every one has at least one.
  func embed(tokens: [[Int32]], threads: Int) -> [Float] {
    let pass = takePass(threads)
    defer { idle.withLock { $0[threads, default: []].append(IdlePass(pass: pass)) } }
    return [Float](unsafeUninitializedCapacity: tokens.count * dimension) { output, initialized in
      for batch in batches(tokens.map(\.count)) {
        var states = pass.run(batch.map { tokens[$0] })
        for index in batch {
          let vector = output.baseAddress! + index * dimension
          settings.pooling.apply(
            states, count: tokens[index].count, width: dimension, kernels: model.kernels, into: vector)
          if settings.normalizes { model.kernels.normalize(vector, count: dimension) }
          states += tokens[index].count * dimension
        }
      }
      initialized = tokens.count * dimension
    }
  }

  /// Tokens that a pass computes at once, unless one text alone has more.
  private static let batchTokenCount = 512

  /// The sequences in batches, shortest first.
  private func batches(_ counts: [Int]) -> [[Int]] {
    var batches: [[Int]] = []
    var room = 0
    for index in counts.indices.sorted(by: { (counts[$0], $0) < (counts[$1], $1) }) {
      if batches.isEmpty || counts[index] > room {
        batches.append([])
        room = Self.batchTokenCount
      }
      batches[batches.count - 1].append(index)
      room -= counts[index]
    }
    return batches
  }

  private func takePass(_ threads: Int) -> BertPass {
    idle.withLock { $0[threads]?.popLast() }?.pass ?? BertPass(model: model, threads: threads)
  }
}

/// A pass that no thread uses: it is handed from one to the next whole.
private struct IdlePass: @unchecked Sendable {
  let pass: BertPass
}

extension EmbedderIdentity {
  fileprivate init(_ settings: SentenceEmbedderFolder, weights: SHA256Digest, tokenizer: SHA256Digest) {
    let shape = settings.configuration
    let layout: JSONObject = [
      "activation": .string(shape.activation.rawValue),
      "attention_heads": .integer(Int64(shape.headCount)),
      "layer_norm_epsilon": .double(Double(shape.normalizationEpsilon)),
      "lowercase": .bool(settings.text.lowercases),
      "max_tokens": .integer(Int64(settings.text.maximumTokenCount)),
      "normalize": .bool(settings.normalizes),
      "pooling": .string(settings.pooling.rawValue),
      "tokenizer_sha256": .string(tokenizer.description),
      "type": "bert",
      "weights_sha256": .string(weights.description),
    ]
    self.init(
      settings: layout,
      description: "BERT, \(shape.layerCount) layers, width \(shape.hiddenSize), pooling \(settings.pooling.rawValue)"
        + "\(settings.normalizes ? ", normalized" : ""), at most \(settings.text.maximumTokenCount) tokens"
        + "\(settings.text.lowercases ? ", lowercased" : "")")
  }
}
