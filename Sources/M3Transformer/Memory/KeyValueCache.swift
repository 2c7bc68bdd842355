import M3Tensor

/// The key-values of the tokens that one growing sequence has seen so far, rotated, for every layer and head.
///
/// Storage: (L, G, capacity, D) for keys and for values. One sequence uses it at a time.
public final class KeyValueCache {
  public let capacity: Int
  /// Tokens held.
  public internal(set) var tokenCount = 0
  private let configuration: LlamaConfiguration
  private let keyStorage: FloatBuffer
  private let valueStorage: FloatBuffer

  /// - Throws: `TensorError.sizeOverflow`.
  public init(configuration: LlamaConfiguration, capacity: Int) throws {
    self.configuration = configuration
    self.capacity = capacity
    let count = try ElementCount.product(configuration.layerCount, configuration.keyValueSize, capacity)
    keyStorage = FloatBuffer(uninitializedCount: count)
    valueStorage = FloatBuffer(uninitializedCount: count)
  }

  /// (capacity, D), the first ``tokenCount`` rows of it in use.
  func keys(layer: Int, head: Int) -> UnsafeMutablePointer<Float> { keyStorage.pointer + offset(layer, head) }

  /// (capacity, D), the first ``tokenCount`` rows of it in use.
  func values(layer: Int, head: Int) -> UnsafeMutablePointer<Float> { valueStorage.pointer + offset(layer, head) }

  private func offset(_ layer: Int, _ head: Int) -> Int {
    (layer * configuration.keyValueHeadCount + head) * capacity * configuration.headDimension
  }
}
