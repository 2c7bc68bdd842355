public import M3Codec
public import M3JSON
public import M3Quantizer

/// Settings of `m3-quantize`; the defaults are those of `pipelines/vital-articles.yaml`.
public struct QuantizeSettings: Equatable {
  public var codec: QuantizerCodec
  /// The mean over the bank, for predicted codecs; positions and counts included, the text not.
  public var bytesPerReference: Int
  /// References that training reads, and those of them that the loss is asked about.
  public var sampleReferences: Int
  public var weightReferences: Int
  public var seed: Int
  /// Of predicted codecs: directions kept of all blocks together, and joint components.
  public var directions: Int
  public var components: Int
  /// Rank of the prediction.
  public var rank: Int
  /// Of product codecs: bytes of a vector, bits of a code, and what shares a codebook.
  public var codeBytes: Int
  public var codeBits: Int
  public var scope: CodebookScope
  /// Kernels to compute with: `auto`, or a name that pins them.
  public var kernel: String

  public init(_ section: inout SettingsSection) throws {
    codec = try section.choice("codec", default: .predicted)
    bytesPerReference = try section.integer("bytes_per_reference", default: 16_384, in: 64...1 << 30)
    sampleReferences = try section.integer("sample_references", default: 1000, in: 1...1_000_000)
    weightReferences = try section.integer("weight_references", default: 120, in: 1...100_000)
    seed = try section.integer("seed", default: 1, in: 0...Int(Int32.max))
    directions = try section.integer("directions", default: 6144, in: 1...1 << 20)
    components = try section.integer("components", default: 1024, in: 1...1 << 16)
    rank = try section.integer("rank", default: 384, in: 1...1 << 16)
    codeBytes = try section.integer("code_bytes", default: 11, in: 1...4096)
    codeBits = try section.integer("code_bits", default: 8, in: 1...16)
    scope = try section.choice("scope", default: .head)
    kernel = try section.string("kernel", default: "auto")
    try section.finish()
    if codec.isPredicted, max(components, rank) > directions {
      throw SettingsError.malformed(
        "quantize.components and quantize.rank take 1 to \(directions), the number of quantize.directions")
    }
  }

  /// What decides the stage's bytes, besides the model, the codebook and the kernels; what does not apply is left out.
  public var json: JSONObject {
    var object = training
    if codec.isPredicted { object["bytes_per_reference"] = .integer(Int64(bytesPerReference)) }
    return object
  }

  /// What decides codes of a codebook that was trained before.
  public var encoding: JSONObject {
    var object: JSONObject = ["codec": .string(codec.rawValue)]
    if codec.isPredicted {
      object["bytes_per_reference"] = .integer(Int64(bytesPerReference))
      object["sample_references"] = .integer(Int64(sampleReferences))
      object["seed"] = .integer(Int64(seed))
    }
    return object
  }

  /// What the codebook is to be.
  public func codebook(workers: Int) -> CodebookSettings {
    CodebookSettings(
      codec: codec, seed: UInt64(seed), weightReferences: weightReferences, directions: directions,
      components: components, rank: rank, bytesPerReference: bytesPerReference, codeBytes: codeBytes,
      codeBits: codeBits,
      scope: scope, workers: workers, json: training)
  }

  /// What decides a codebook.
  public var training: JSONObject {
    var object: JSONObject = ["codec": .string(codec.rawValue)]
    guard codec.isPredicted || codec.isProduct else { return object }
    object["sample_references"] = .integer(Int64(sampleReferences))
    object["seed"] = .integer(Int64(seed))
    if codec.isPredicted {
      object["components"] = .integer(Int64(components))
      object["directions"] = .integer(Int64(directions))
      object["rank"] = .integer(Int64(rank))
      object["weight_references"] = .integer(Int64(weightReferences))
    } else {
      object["code_bits"] = .integer(Int64(codeBits))
      object["code_bytes"] = .integer(Int64(codeBytes))
      object["scope"] = .string(scope.rawValue)
    }
    return object
  }
}
