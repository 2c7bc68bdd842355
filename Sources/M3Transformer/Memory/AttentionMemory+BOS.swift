public import M3Memory

extension AttentionMemory {
  /// A bank's BOS memory as a sequence reads it.
  public init(_ bos: BOSMemory) {
    self.init(
      layerCount: bos.layerCount, keyValueHeadCount: bos.keyValueHeadCount, headDimension: bos.headDimension,
      offsets: (0...bos.layerCount * bos.keyValueHeadCount).map { $0 * bos.tokenCount }, keys: bos.keys,
      values: bos.values)
  }
}
