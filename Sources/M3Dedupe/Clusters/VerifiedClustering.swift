import M3Bytes
import M3Stage
import Synchronization

/// Decides text by text, in their order, by exact similarity.
///
/// A text is compared with the kept texts of its buckets. Where the most similar of them is near enough, the text is
/// dropped in favour of it, of equal ones in favour of the smallest number; else it is kept. So a dropped text is near
/// its kept one, however long a chain of others is between them, and no two kept texts that were compared are near. Texts
/// of equal shingle sets always meet, however full their buckets are.
///
/// Threads read and sort what is compared; one compares, since what a text is compared with depends on all before it.
package struct VerifiedClustering {
  let sets: ShingleSets
  let threshold: Double
  /// Kept texts that a bucket lists.
  let bucketLimit: Int
  let workers: Int

  private static let batchCount = 64
  private static let batchBytes = 1 << 20
  private static let memoryLimit = 64 << 20
  private static let recentBytes = 256 << 20

  private struct Batch {
    var members: [Member] = []
    var byteCount = 0
  }

  package init(sets: ShingleSets, threshold: Double, bucketLimit: Int, workers: Int) {
    (self.sets, self.threshold, self.bucketLimit, self.workers) = (sets, threshold, bucketLimit, workers)
  }

  /// - Parameters:
  ///   - members: files of the buckets' members, one a band.
  ///   - advance: told of the texts done.
  /// - Throws: ``FormatError`` where a file is damaged; ``FileError``.
  package func drops(members paths: [String], advance: (Int) -> Void) throws -> DropList {
    var reader = try MemberReader(paths: paths, numbering: sets.numbering)
    var state = State(
      kept: KeptLists(bucketCount: reader.bucketCount, limit: bucketLimit),
      recent: RecentTexts(limit: Self.recentBytes), threshold: threshold, numbering: sets.numbering)
    let bytesUnderWay = Atomic(0)
    let sets = sets
    try OrderedPipeline.run(
      workers: workers,
      next: { () -> Batch? in
        var batch = Batch()
        guard bytesUnderWay.load(ordering: .relaxed) < Self.memoryLimit else { return batch }
        while batch.members.count < Self.batchCount, batch.byteCount < Self.batchBytes, let member = try reader.next() {
          batch.byteCount += try sets.byteCount(member.number)
          batch.members.append(member)
        }
        bytesUnderWay.add(batch.byteCount, ordering: .relaxed)
        return batch.members.isEmpty ? nil : batch
      },
      worker: {},
      transform: { _, batch in
        (batch, try batch.members.map { ComparableText(number: $0.number, try sets.text($0.number)) })
      },
      consume: { (batch: Batch, texts: [ComparableText]) in
        for (member, text) in zip(batch.members, texts) {
          try state.decide(text, member.buckets) { ComparableText(number: $0, try sets.text($0)) }
        }
        bytesUnderWay.subtract(batch.byteCount, ordering: .relaxed)
        if !texts.isEmpty { advance(texts.count) }
      })
    return state.drops
  }

  private struct State {
    var kept: KeptLists
    var recent: RecentTexts
    let threshold: Double
    let numbering: TextNumbering
    var drops: DropList
    private var candidates: [UInt32] = []
    private var listed: [Int] = []
    /// Kept texts that none of their buckets lists, by the hash of their shingle sets.
    private var refused: [UInt64: UInt32] = [:]

    init(kept: KeptLists, recent: RecentTexts, threshold: Double, numbering: TextNumbering) {
      (self.kept, self.recent, self.threshold, self.numbering) = (kept, recent, threshold, numbering)
      drops = DropList(taskCount: numbering.taskCount)
    }

    mutating func decide(
      _ text: ComparableText, _ buckets: [UInt32], read: (UInt32) throws -> ComparableText
    ) throws {
      collect(text, buckets)
      var best: (similarity: Double, kind: DroppedText.Kind, number: UInt32)?
      for candidate in candidates where best?.similarity != 1 {
        let other = try recent.text(candidate, read: read)
        // No more can be shared than the smaller set has.
        let counts = (text.shingles.count, other.shingles.count)
        let bound = Double(min(counts.0, counts.1)) / Double(max(counts.0, counts.1))
        guard bound >= threshold, bound > best?.similarity ?? -1 else { continue }
        drops.comparisonCount += 1
        let least = max(threshold, best?.similarity ?? 0)
        guard let similarity = Jaccard.similarity(text.shingles, other.shingles, atLeast: least),
          similarity > best?.similarity ?? -1
        else { continue }
        best = (similarity, text.textHash == other.textHash ? .exact : .near, candidate)
      }
      if let best {
        drops.append(text.number, kept: best.number, similarity: best.similarity, kind: best.kind)
      } else {
        for (bucket, count) in zip(buckets, listed) { try kept.add(text.number, to: bucket, listed: count) }
        if let hash = hashIfUnlisted(text) { refused[hash] = text.number }
        recent.insert(text)
      }
    }

    /// The hash of a text's shingle set where all of its buckets are full. Texts of equal sets share all their buckets, so
    /// one bucket that lists the first of them brings the others to it.
    private func hashIfUnlisted(_ text: ComparableText) -> UInt64? {
      guard listed.allSatisfy({ $0 >= kept.limit }) else { return nil }
      return text.shingles.withUnsafeBytes { XXH3.hash64($0) }
    }

    /// Kept texts of the buckets, and one of the same shingle set that they do not list, ascending and distinct.
    private mutating func collect(_ text: ComparableText, _ buckets: [UInt32]) {
      candidates.removeAll(keepingCapacity: true)
      listed.removeAll(keepingCapacity: true)
      var unlisted = 0
      for bucket in buckets {
        let counts = kept.texts(bucket, into: &candidates)
        listed.append(counts.listed)
        unlisted += counts.unlisted
      }
      if unlisted > 0 { drops.note(unlisted: unlisted, task: numbering.place(of: text.number).task) }
      if let hash = hashIfUnlisted(text), let same = refused[hash] { candidates.append(same) }
      guard candidates.count > 1 else { return }
      candidates.sort()
      var count = 1
      for candidate in candidates[1...] where candidate != candidates[count - 1] {
        candidates[count] = candidate
        count += 1
      }
      candidates.removeLast(candidates.count - count)
    }
  }
}
