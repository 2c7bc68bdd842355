public import M3JSON

/// What became of a text, and why.
public struct TextExplanation: Sendable, Equatable {
  /// A text of the cluster, as far as it is known.
  public struct Member: Sendable, Equatable {
    public var id: String
    /// With the kept text; nil of the kept text itself, and where it was not computed.
    public var similarity: Double?
    /// Whether it is the kept text, byte for byte.
    public var isExact: Bool

    init(_ dropped: ClusterLine.Dropped) {
      (id, similarity, isExact) = (dropped.id, dropped.similarity, dropped.isExact)
    }
  }

  public var id: String
  /// The text that stayed: the id itself where it did.
  public var kept: String
  /// The first texts that were dropped in favour of it; at most ``memberLimit``, and the text itself.
  public var dropped: [Member]
  public var droppedCount: Int
  /// The text's own entry; nil where it was kept.
  public var entry: Member?
  /// The text that stayed.
  public var keptText: String?
  /// The dropped text, where an input holds it.
  public var droppedText: String?

  /// Members that are listed.
  public static let memberLimit = 1_000

  /// Whether the text itself stayed.
  public var isKept: Bool { kept.utf8.elementsEqual(id.utf8) }

  public var json: JSONValue {
    var object: JSONObject = [
      "dropped": .array(
        dropped.map { ClusterLine.Dropped(id: $0.id, similarity: $0.similarity, isExact: $0.isExact).json }),
      "dropped_count": .integer(Int64(droppedCount)), "id": .string(id), "kept": .string(kept),
      "outcome": .string(isKept ? "kept" : entry?.isExact == true ? "exact_duplicate" : "near_duplicate"),
    ]
    var texts = JSONObject()
    if let keptText { texts[kept] = .string(keptText) }
    if let droppedText { texts[id] = .string(droppedText) }
    if !texts.members.isEmpty { object["texts"] = .object(texts) }
    return .object(object)
  }
}
