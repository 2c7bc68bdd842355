package import M3Bytes

/// Puts the texts of one band into buckets by their keys: texts that share one are candidates.
///
/// The keys of all tasks are merged, so memory is a block a run and the run of members that is being made. Buckets are
/// numbered by their keys: whatever the tasks, they are the same.
package struct BucketBuilder {
  /// The band's files, one a task.
  private let files: [RunFile<KeyedNumber>]
  private let numbering: TextNumbering
  private let order: TextOrder
  private let runLength: Int

  package static let defaultRunLength = 1 << 20

  package var textCount: Int { numbering.textCount }

  /// What was found.
  package struct Summary: Equatable {
    package var bucketCount: UInt32 = 0
    package var memberCount = 0
    /// Members of the largest bucket.
    package var largest = 0
  }

  /// - Parameters:
  ///   - paths: of the band's files, one a task.
  ///   - order: of all texts.
  /// - Throws: ``FileError``; ``FormatError`` where a file is damaged.
  package init(
    paths: [String], order: (TextNumbering) throws -> TextOrder, runLength: Int = BucketBuilder.defaultRunLength
  ) throws {
    files = try paths.map { try RunFile(path: $0, kind: .band) }
    numbering = try TextNumbering(counts: files.map { Int(clamping: try $0.attribute(0)) })
    self.order = try order(numbering)
    self.runLength = runLength
  }

  /// Writes the members of the buckets of at least two texts.
  /// - Throws: ``FormatError`` where a file is damaged; ``FileError``.
  package func write(to path: String) throws -> (Summary, digest: SHA256Digest, byteCount: UInt64) {
    let cursors = files.map { $0.cursors() }
    let tasks = cursors.enumerated().flatMap { task, cursors in cursors.map { _ in task } }
    var merge = try RunMerge(cursors.flatMap { $0 })
    let spool = try MemberSpool(path: path, runLength: runLength)
    var summary = Summary()
    var key: UInt64?
    var first: UInt32 = 0
    var size = 0
    while let (entry, source) = try merge.next() {
      let number: UInt32
      do throws(FormatError) {
        number = try numbering.number(task: tasks[source], position: entry.number)
      } catch {
        throw error.inFile(files[tasks[source]].path)
      }
      guard entry.key == key else {
        (key, first, size) = (entry.key, number, 1)
        continue
      }
      if size == 1 {
        try spool.append(order: order.key(of: first), bucket: summary.bucketCount)
        summary.bucketCount += 1
        summary.memberCount += 1
      }
      size += 1
      summary.largest = max(summary.largest, size)
      summary.memberCount += 1
      try spool.append(order: order.key(of: number), bucket: summary.bucketCount - 1)
    }
    let (digest, byteCount) = try spool.commit(bucketCount: summary.bucketCount)
    return (summary, digest, byteCount)
  }
}
