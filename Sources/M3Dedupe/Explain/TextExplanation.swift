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
  /// The texts that were dropped in favour of it; at most ``memberLimit``.
  public var dropped: [Member]
  public var droppedCount: Int
  /// Texts by id, where an input or the output holds them.
  public var texts: [String: String] = [:]

  /// Members that are listed.
  public static let memberLimit = 1_000

  public var isKept: Bool { kept.utf8.elementsEqual(id.utf8) }
  /// The text's own entry; nil where it was kept.
  public var entry: Member? { isKept ? nil : dropped.first { $0.id.utf8.elementsEqual(id.utf8) } }

  public var json: JSONValue {
    var object: JSONObject = [
      "dropped": .array(
        dropped.map { ClusterLine.Dropped(id: $0.id, similarity: $0.similarity, isExact: $0.isExact).json }),
      "dropped_count": .integer(Int64(droppedCount)), "id": .string(id), "kept": .string(kept),
      "outcome": .string(isKept ? "kept" : entry?.isExact == true ? "exact_duplicate" : "near_duplicate"),
    ]
    if !texts.isEmpty {
      var values = JSONObject()
      for (id, text) in texts { values[id] = .string(text) }
      object["texts"] = .object(values)
    }
    return .object(object)
  }
}
