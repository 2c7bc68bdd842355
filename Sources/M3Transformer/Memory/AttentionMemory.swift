public import M3Tensor

/// Key-values of one memory, or of a BOS text, as attention reads them: ragged, each head with its own number of them.
///
/// Keys are rotated already. Entry `layer · G + head` owns rows `offsets[entry] ..< offsets[entry + 1]` of `keys` and
/// `values`, each row D float32 values. The buffers are not written once a memory has been made of them, so any number
/// of threads read it.
public struct AttentionMemory: Sendable {
  public let layerCount: Int
  public let keyValueHeadCount: Int
  public let headDimension: Int
  /// (L · G + 1) row offsets, ascending from 0.
  public let offsets: [Int]
  /// (rows, D) and perhaps more.
  public let keys: FloatBuffer
  /// (rows, D) and perhaps more.
  public let values: FloatBuffer

  /// Takes buffers as they are.
  ///
  /// - Precondition: offsets ascend from 0, and the buffers hold the rows that they count.
  public init(
    layerCount: Int, keyValueHeadCount: Int, headDimension: Int, offsets: [Int], keys: FloatBuffer, values: FloatBuffer
  ) {
    precondition(
      offsets.count == layerCount * keyValueHeadCount + 1 && offsets.first == 0, "one offset an entry and one more")
    precondition(
      keys.count >= offsets.last! * headDimension && values.count >= offsets.last! * headDimension,
      "a key and a value a row")
    self.layerCount = layerCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.offsets = offsets
    self.keys = keys
    self.values = values
  }

  /// Copies rows.
  ///
  /// - Precondition: the counts of offsets, keys and values fit together.
  public init(
    layerCount: Int, keyValueHeadCount: Int, headDimension: Int, offsets: [Int], keys: [Float], values: [Float]
  ) {
    precondition(keys.count == values.count && keys.count == offsets.last! * headDimension, "a key and a value a row")
    self.init(
      layerCount: layerCount, keyValueHeadCount: keyValueHeadCount, headDimension: headDimension, offsets: offsets,
      keys: FloatBuffer(keys), values: FloatBuffer(values))
  }

  /// Rows of all heads together.
  public var rowCount: Int { offsets.last! }

  /// The rows of one head in one layer.
  public func rows(layer: Int, head: Int) -> Range<Int> {
    let entry = layer * keyValueHeadCount + head
    return offsets[entry]..<offsets[entry + 1]
  }
}

extension AttentionMemory: Equatable {
  public static func == (one: AttentionMemory, other: AttentionMemory) -> Bool {
    let count = one.rowCount * one.headDimension
    return (one.layerCount, one.keyValueHeadCount, one.headDimension)
      == (other.layerCount, other.keyValueHeadCount, other.headDimension) && one.offsets == other.offsets
      && one.keys.elements.prefix(count).elementsEqual(other.keys.elements.prefix(count))
      && one.values.elements.prefix(count).elementsEqual(other.values.elements.prefix(count))
  }
}
