package import M3Bytes
package import M3JSON

/// One line of `clusters.jsonl.zst`: a kept text and texts that were dropped in favour of it.
///
/// `{"kept":ID,"dropped":[{"id":ID,"similarity":0.91},{"id":ID,"similarity":1.0,"exact":true}]}`; the similarity is
/// rounded to six decimals, and not there where it was not computed. A cluster of more than ``dropLimit`` dropped texts
/// has several lines, one behind another.
package struct ClusterLine: Sendable, Equatable {
  package struct Dropped: Sendable, Equatable {
    package var id: String
    /// Jaccard's; nil where it was not computed.
    package var similarity: Double?
    /// Whether the text is the kept one's, byte for byte.
    package var isExact: Bool

    package init(id: String, similarity: Double?, isExact: Bool) {
      (self.id, self.similarity, self.isExact) = (id, similarity, isExact)
    }
  }

  package var kept: String
  package var dropped: [Dropped]

  /// Dropped texts of a line.
  package static let dropLimit = 4_096

  package init(kept: String, dropped: [Dropped]) {
    (self.kept, self.dropped) = (kept, dropped)
  }

  package var json: JSONValue { .object(["kept": .string(kept), "dropped": .array(dropped.map(\.json))]) }

  /// - Throws: ``FormatError`` where it is something else.
  package init(json: JSONValue) throws(FormatError) {
    guard let object = json.objectValue, let kept = object["kept"]?.stringValue,
      let dropped = object["dropped"]?.arrayValue
    else { throw FormatError(.malformed("not a cluster"), field: "cluster") }
    self.kept = kept
    self.dropped = []
    for entry in dropped {
      guard let fields = entry.objectValue, let id = fields["id"]?.stringValue else {
        throw FormatError(.malformed("not a dropped text"), field: "dropped")
      }
      self.dropped.append(
        Dropped(id: id, similarity: fields["similarity"]?.doubleValue, isExact: fields["exact"]?.boolValue ?? false))
    }
  }
}

extension ClusterLine.Dropped {
  package var json: JSONValue {
    var object: JSONObject = ["id": .string(id)]
    if let similarity { object["similarity"] = .double((similarity * 1e6).rounded() / 1e6) }
    if isExact { object["exact"] = .bool(true) }
    return .object(object)
  }
}
