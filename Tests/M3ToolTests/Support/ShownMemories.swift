import M3JSON
import Testing

/// What `--show-memories` says at one exchange of memories.
struct ShownMemories: Equatable {
  /// The first token that reads them.
  var token: Int
  var ids: [String]
  /// To three decimals.
  var similarities: [Double]

  /// Expects these to be the first hits of a search, as many as are shown.
  func expectFirst(_ hits: [JSONObject], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let hits = hits.prefix(ids.count)
    #expect(ids == hits.compactMap { $0["id"]?.stringValue }, sourceLocation: sourceLocation)
    for (shown, hit) in zip(similarities, hits) {
      let similarity = try #require(hit["similarity"]?.doubleValue)
      #expect(abs(shown - similarity) < 0.000501, sourceLocation: sourceLocation)
    }
  }
}

extension ToolRun {
  /// The lines `[from token N: ID SIMILARITY, …]` of stderr.
  func shownMemories() throws -> [ShownMemories] {
    try errors.matches(of: /\[from token (\d+): ([^\]]*)\]/).map { match in
      var shown = ShownMemories(token: try #require(Int(match.1)), ids: [], similarities: [])
      if match.2 == "no memory is near enough" { return shown }
      for entry in match.2.split(separator: ", ") {
        let words = entry.split(separator: " ")
        try #require(words.count == 2, "\(self)")
        shown.ids.append(String(words[0]))
        shown.similarities.append(try #require(Double(words[1]), "\(self)"))
      }
      return shown
    }
  }
}
