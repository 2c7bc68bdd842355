import M3Bytes

/// Two records with one id.
public struct DuplicateID: Sendable, Equatable {
  public let id: String
  /// The lower record number.
  public let first: UInt64
  public let second: UInt64

  public init(id: String, first: UInt64, second: UInt64) {
    self.id = id
    self.first = first
    self.second = second
  }

  public static func == (left: DuplicateID, right: DuplicateID) -> Bool {
    left.id.utf8.elementsEqual(right.id.utf8) && left.first == right.first && left.second == right.second
  }
}

extension BankAssembly {
  /// Finds ids that occur more than once in these shards.
  ///
  /// Key tables are gone through one range of hashes after another, so that no more than about
  /// `keysInMemory` keys of 16 bytes are held, and only one or two shards are open at a time. Records whose hashes are
  /// equal are read and their ids compared by bytes.
  /// - Parameters:
  ///   - shardPaths: the shards, of distinct numbers.
  ///   - keysInMemory: The default is 2²², 64 MiB.
  ///   - limit: of duplicates after which the search ends. The default is 1,000.
  /// - Returns: duplicates by hash of the id, then by record number.
  /// - Throws: as ``ShardReader``.
  public static func duplicateIDs(
    shardPaths: [String], keysInMemory: Int = 1 << 22, limit: Int = 1_000
  ) throws -> [DuplicateID] {
    try duplicateIDs(shardPaths: shardPaths, keysInMemory: keysInMemory, limit: limit) { throw $0 }
  }

  /// - Parameter damaged: is told of a record that cannot be compared, and may throw the error on.
  static func duplicateIDs(
    shardPaths: [String], keysInMemory: Int = 1 << 22, limit: Int = 1_000, damaged: (FormatError) throws -> Void
  ) throws -> [DuplicateID] {
    precondition(keysInMemory > 0, "no room for a key")
    var total = 0
    for path in shardPaths { total += try ShardReader(path: path).count }
    let rangeCount = (total + keysInMemory - 1) / keysInMemory
    // Hashes are spread evenly, so that equal ranges hold about equally many.
    let width = rangeCount <= 1 ? UInt64.max : UInt64.max / UInt64(rangeCount) + 1
    var duplicates: [DuplicateID] = []
    for range in 0..<rangeCount {
      let low = UInt64(range) &* width
      let high = range == rangeCount - 1 ? UInt64.max : low + (width - 1)
      let candidates = try candidates(in: low...high, shardPaths: shardPaths)
      for group in groups(of: candidates) {
        duplicates += try compare(group, shardPaths: shardPaths, damaged: damaged)
        if duplicates.count >= limit { return Array(duplicates.prefix(limit)) }
      }
    }
    return duplicates
  }

  private struct Candidate: Comparable {
    var hash: UInt64
    var shard: UInt32
    var position: UInt32

    static func < (left: Candidate, right: Candidate) -> Bool {
      (left.hash, left.shard, left.position) < (right.hash, right.shard, right.position)
    }
  }

  private static func candidates(in hashes: ClosedRange<UInt64>, shardPaths: [String]) throws -> [Candidate] {
    var candidates: [Candidate] = []
    for (shard, path) in shardPaths.enumerated() {
      let index = try ShardReader(path: path).index
      for place in index.firstPlace(notBelow: hashes.lowerBound)..<index.count {
        let key = index.key(at: place)
        guard key.hash <= hashes.upperBound else { break }
        candidates.append(Candidate(hash: key.hash, shard: UInt32(shard), position: key.position))
      }
    }
    return candidates.sorted()
  }

  /// Runs of two and more candidates with one hash.
  private static func groups(of candidates: [Candidate]) -> [ArraySlice<Candidate>] {
    var groups: [ArraySlice<Candidate>] = []
    var start = 0
    while start < candidates.count {
      var end = start + 1
      while end < candidates.count && candidates[end].hash == candidates[start].hash { end += 1 }
      if end - start > 1 { groups.append(candidates[start..<end]) }
      start = end
    }
    return groups
  }

  /// Each record of a group that has the id of an earlier one, with the first that has it.
  private static func compare(
    _ group: ArraySlice<Candidate>, shardPaths: [String], damaged: (FormatError) throws -> Void
  ) throws -> [DuplicateID] {
    var seen: [(id: String, number: UInt64)] = []
    var duplicates: [DuplicateID] = []
    for candidate in group {
      let reader = try ShardReader(path: shardPaths[Int(candidate.shard)])
      let record: BankRecord
      do {
        record = try reader.record(at: Int(candidate.position))
      } catch let error as FormatError {
        try damaged(error)
        continue
      }
      if let earlier = seen.first(where: { $0.id.utf8.elementsEqual(record.id.utf8) }) {
        let (first, second) = (min(earlier.number, record.number), max(earlier.number, record.number))
        duplicates.append(DuplicateID(id: record.id, first: first, second: second))
      } else {
        seen.append((record.id, record.number))
      }
    }
    return duplicates
  }
}
