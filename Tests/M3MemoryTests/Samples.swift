import M3Bytes
import M3JSON
import M3Memory
import M3TestSupport

extension BOSMemory {
  /// Random vectors of two layers, three heads, two tokens, four elements.
  static func sample(seed: UInt64 = 1) -> BOSMemory {
    var random = Randomness(seed: seed)
    return BOSMemory(
      layerCount: 2, keyValueHeadCount: 3, tokenCount: 2, headDimension: 4, keys: random.floats(48),
      values: random.floats(48))
  }
}

extension Producer {
  static let sample = Producer(
    modelDigest: .of([1, 2, 3]), tokenizerFingerprint: "00ff00ff00ff00ff", architecture: "llama", layerCount: 4,
    queryHeadCount: 6, shape: MemoryShape(layers: [0, 2], keyValueHeadCount: 3, headDimension: 4),
    rotaryBase: "10000.0",
    rotaryFactors: ["1.0", "2.5"], bosText: "<s>Reference:", bosTokens: [1, 17], contextBOS: .isolated,
    keySpace: .beforeRotation, selection: ["rule": "attention", "tokens_per_head": 8])
}
