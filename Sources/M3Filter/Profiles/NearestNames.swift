import M3Text

/// What a name that nobody knows may have been meant to be.
enum NearestNames {
  /// The three names that take the fewest edits in one of their spellings, in lower case; the list's order among equals.
  static func of(_ wanted: String, in names: [(name: String, spellings: [String])]) -> [String] {
    let wanted = wanted.prefix(64).lowercased()
    let distances = names.enumerated().map { place, entry in
      (distance: entry.spellings.map { editDistance(wanted, $0.lowercased()) }.min() ?? .max, place: place)
    }
    return distances.sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }.prefix(3).map { names[$0.place].name }
  }
}
