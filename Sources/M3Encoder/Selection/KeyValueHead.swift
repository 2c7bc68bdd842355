/// A key-value head of a model.
public struct KeyValueHead: Sendable, Hashable, Comparable {
  public var layer: Int
  /// 0 ..< G.
  public var head: Int

  public init(layer: Int, head: Int) {
    self.layer = layer
    self.head = head
  }

  public static func < (first: KeyValueHead, second: KeyValueHead) -> Bool {
    (first.layer, first.head) < (second.layer, second.head)
  }
}

extension KeyValueHead: CustomStringConvertible {
  public var description: String { "head \(head) of layer \(layer)" }
}

extension EncoderConfiguration {
  /// The entries of a memory that ``denseHeads`` are.
  func denseEntries(keyValueHeadCount: Int) -> Set<Int> {
    guard allocation == .heads else { return [] }
    var entries: Set<Int> = []
    for dense in denseHeads {
      guard let index = memoryLayers.firstIndex(of: dense.layer) else { continue }
      precondition((0..<keyValueHeadCount).contains(dense.head), "a head that the model has")
      entries.insert(index * keyValueHeadCount + dense.head)
    }
    return entries
  }
}
