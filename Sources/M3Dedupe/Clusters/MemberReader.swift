import M3Bytes

/// A text that shares buckets with others.
struct Member: Sendable {
  var number: UInt32
  /// Numbered through all bands.
  var buckets: [UInt32]
}

/// Gives the texts that share buckets in their order, from the files of all bands.
struct MemberReader {
  let bucketCount: Int
  private let numbering: TextNumbering
  /// The number of the first bucket of each source's band.
  private let bases: [UInt32]
  private let ends: [UInt32]
  private let paths: [String]
  private var merge: RunMerge
  private var pending: (key: UInt64, bucket: UInt32)?

  /// - Parameter paths: one a band.
  /// - Throws: ``FileError``; ``FormatError`` where a file is damaged, or there are more buckets than can be numbered.
  init(paths: [String], numbering: TextNumbering) throws {
    self.numbering = numbering
    var (bases, ends, sources): ([UInt32], [UInt32], [String]) = ([], [], [])
    var cursors: [RunCursor<KeyedNumber>] = []
    var sum: UInt64 = 0
    for path in paths {
      let file = try RunFile<KeyedNumber>(path: path, kind: .members)
      let (end, overflow) = try sum.addingReportingOverflow(file.attribute(0))
      guard !overflow, end <= UInt64(UInt32.max) else {
        throw FormatError(.outOfRange(found: "\(end)", allowed: "at most \(UInt32.max)"), field: "buckets", file: path)
      }
      for cursor in file.cursors() {
        bases.append(UInt32(sum))
        ends.append(UInt32(end))
        sources.append(path)
        cursors.append(cursor)
      }
      sum = end
    }
    bucketCount = Int(sum)
    (self.bases, self.ends, self.paths) = (bases, ends, sources)
    merge = try RunMerge(cursors)
    pending = try entry()
  }

  /// - Returns: nil behind the last text.
  /// - Throws: ``FormatError`` where a file is damaged; ``FileError``.
  mutating func next() throws -> Member? {
    guard let (key, bucket) = pending else { return nil }
    var member = Member(number: TextOrder.number(ofKey: key), buckets: [bucket])
    while true {
      pending = try entry()
      guard let pending, pending.key == key else { return member }
      member.buckets.append(pending.bucket)
    }
  }

  private mutating func entry() throws -> (key: UInt64, bucket: UInt32)? {
    guard let (entry, source) = try merge.next() else { return nil }
    let (bucket, overflow) = bases[source].addingReportingOverflow(entry.number)
    let number = TextOrder.number(ofKey: entry.key)
    guard !overflow, bucket < ends[source], Int(number) < numbering.textCount else {
      throw FormatError(
        .outOfRange(found: "text \(number) in bucket \(entry.number)", allowed: "those that there are"),
        field: "member", file: paths[source])
    }
    return (entry.key, bucket)
  }
}
