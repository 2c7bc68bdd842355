public import M3Codec
public import M3JSON
import M3Memory

/// What a codebook is to be, whatever its codec.
public struct CodebookSettings: Sendable, Equatable {
  public var codec: QuantizerCodec
  public var seed: UInt64
  /// References of the sample that the loss is asked about, for the weights of blocks and for how heads read.
  public var weightReferences: Int
  /// Of predicted codecs: directions kept of all blocks together, and joint components.
  public var directions: Int
  public var components: Int
  /// Rank of the prediction.
  public var rank: Int
  /// Mean bytes of a memory, of predicted codecs.
  public var bytesPerReference: Int
  /// Of product codecs.
  public var codeBytes: Int
  public var codeBits: Int
  public var scope: CodebookScope
  public var workers: Int
  /// What training was asked for, as the codebook's provenance says it.
  public var json: JSONObject

  public init(
    codec: QuantizerCodec, seed: UInt64, weightReferences: Int, directions: Int, components: Int,
    rank: Int, bytesPerReference: Int, codeBytes: Int, codeBits: Int, scope: CodebookScope, workers: Int,
    json: JSONObject
  ) {
    self.codec = codec
    self.seed = seed
    self.weightReferences = weightReferences
    self.directions = directions
    self.components = components
    self.rank = rank
    self.bytesPerReference = bytesPerReference
    self.codeBytes = codeBytes
    self.codeBits = codeBits
    self.scope = scope
    self.workers = workers
    self.json = json
  }
}

/// What a codebook says of where it comes from: the producer of the memories, the settings and the size of the sample.
enum CodebookProvenance {
  static func json(_ sample: SampledMemories, _ settings: CodebookSettings) -> JSONObject {
    [
      "producer": .object(sample.producer.json), "sample": .integer(Int64(sample.count)),
      "settings": .object(settings.json),
    ]
  }
}
