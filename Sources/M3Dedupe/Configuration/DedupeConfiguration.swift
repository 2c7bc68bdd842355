public import M3JSON

/// What makes two texts near-duplicates, and how they are found.
public struct DedupeConfiguration: Equatable, Sendable {
  /// Where the other settings come from; a setting may have been changed since.
  public var preset: DedupePreset
  public var normalization: TextNormalization
  /// What a shingle counts.
  public var shingleUnit: ShingleUnit
  /// Units of a shingle; at least 1.
  public var shingleLength: Int
  /// Bands of a signature; at least 1. Texts that agree in all rows of one band are compared.
  public var bandCount: Int
  /// Minima of a band; at least 1.
  public var rowCount: Int
  /// Of the permutations.
  public var seed: UInt64
  /// The least Jaccard similarity of the shingle sets of a dropped text and the kept one; 0 to 1.
  public var threshold: Double
  /// Whether candidates are compared exactly before one is dropped.
  public var verify: Bool
  public var keep: KeptText

  /// The settings of a preset; similarity is verified at .80.
  public init(preset: DedupePreset = .reference) {
    self.preset = preset
    switch preset {
    case .reference:
      (normalization, shingleUnit, shingleLength) = (.reference, .words, 5)
      (bandCount, rowCount, seed) = (14, 6, 1)
    case .datatrove:
      (normalization, shingleUnit, shingleLength) = (.datatrove, .words, 5)
      (bandCount, rowCount, seed) = (14, 8, 1)
    case .nemo:
      (normalization, shingleUnit, shingleLength) = (.none, .characters, 24)
      (bandCount, rowCount, seed) = (20, 13, 42)
    case .duplodocus:
      (normalization, shingleUnit, shingleLength) = (.duplodocus, .characters, 5)
      (bandCount, rowCount, seed) = (20, 5, 42)
    }
    threshold = 0.8
    verify = true
    keep = .first
  }

  /// Minima of a signature (K).
  public var signatureLength: Int { bandCount * rowCount }

  /// All settings, for a stage's fingerprint.
  public var json: JSONObject {
    [
      "bands": .integer(Int64(bandCount)),
      "keep": .string(keep.rawValue),
      "normalization": .string(normalization.rawValue),
      "preset": .string(preset.rawValue),
      "rows": .integer(Int64(rowCount)),
      "seed": .string(String(seed)),
      "shingle": .integer(Int64(shingleLength)),
      "shingle_unit": .string(shingleUnit.rawValue),
      "threshold": .double(threshold),
      "verify": .bool(verify),
    ]
  }
}
