import M3Memory
import M3Tensor
import M3Transformer

/// Memories with all tokens as a sequence reads them.
enum DenseAttention {
  /// - Parameters:
  ///   - memory: every token in every entry, keys before rotation.
  ///   - tokenCount: tokens from the reference's start that are read; nil for all. A token's key-values do not depend on
  ///     those behind it.
  static func memory(
    _ memory: SparseMemory, tokenCount: Int?, producer: Producer, longestReference: Int, rotation: Rotation
  ) -> AttentionMemory {
    let shape = memory.shape
    let count = tokenCount ?? memory.tokenCount
    let dimension = shape.headDimension
    let keys = FloatBuffer(uninitializedCount: shape.entryCount * count * dimension)
    let values = FloatBuffer(uninitializedCount: shape.entryCount * count * dimension)
    let positions = (0..<count).map { UInt16($0) }
    let firstPosition = producer.firstPosition(tokenCount: count, longestReference: longestReference)
    for entry in 0..<shape.entryCount {
      let (source, target) = (entry * memory.tokenCount * dimension, entry * count * dimension)
      for (vectors, buffer) in [(memory.keys, keys), (memory.values, values)] {
        vectors.withUnsafeBufferPointer { vectors in
          guard count > 0, let first = vectors.baseAddress else { return }
          (buffer.pointer + target).update(from: first + source, count: count * dimension)
        }
      }
      positions.withUnsafeBufferPointer {
        rotation.rotate(rows: $0, keys.pointer + target, firstPosition: firstPosition)
      }
    }
    return attention(tokenCount: count, keys: keys, values: values, producer: producer)
  }

  /// Layers of the model that are no memory layers have no rows.
  static func attention(
    tokenCount: Int, keys: FloatBuffer, values: FloatBuffer, producer: Producer
  ) -> AttentionMemory {
    let shape = producer.shape
    let memoryLayers = Set(shape.layers)
    var offsets = [0]
    for layer in 0..<producer.layerCount {
      for _ in 0..<shape.keyValueHeadCount {
        offsets.append(offsets.last! + (memoryLayers.contains(layer) ? tokenCount : 0))
      }
    }
    return AttentionMemory(
      layerCount: producer.layerCount, keyValueHeadCount: shape.keyValueHeadCount, headDimension: shape.headDimension,
      offsets: offsets, keys: keys, values: values)
  }
}
