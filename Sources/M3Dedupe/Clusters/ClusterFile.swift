import M3Bytes
import M3JSON
import M3Records
import M3Stage

/// Writes `clusters.jsonl.zst`: by the kept texts' numbers, in each the dropped texts by theirs.
struct ClusterFile {
  static let name = "clusters.jsonl.zst"

  let sets: ShingleSets
  let workers: Int

  /// - Returns: clusters, and the file.
  /// - Throws: ``FormatError`` where a record is damaged; ``FileError``.
  func write(_ drops: DropList, to path: String) throws -> (clusters: Int, digest: SHA256Digest, byteCount: UInt64) {
    let places = drops.byKept()
    let writer = try RecordWriter(path: path)
    var start = 0
    var clusters = 0
    try OrderedPipeline.run(
      workers: workers,
      next: { () -> Range<Int>? in
        guard start < places.count else { return nil }
        let kept = drops.kept[Int(places[start].number)]
        if start == 0 || drops.kept[Int(places[start - 1].number)] != kept { clusters += 1 }
        var end = start + 1
        while end < places.count, end - start < ClusterLine.dropLimit, drops.kept[Int(places[end].number)] == kept {
          end += 1
        }
        defer { start = end }
        return start..<end
      },
      worker: {},
      transform: { [sets] _, range in
        let line = ClusterLine(
          kept: try sets.text(drops.kept[Int(places[range.lowerBound].number)]).id,
          dropped: try places[range].map { place in
            let index = Int(place.number)
            let similarity = drops.similarities[index]
            return ClusterLine.Dropped(
              id: try sets.text(drops.numbers[index]).id, similarity: similarity.isNaN ? nil : similarity,
              isExact: drops.kinds[index] == .exact)
          })
        return line.json.serialized(.compact) + [UInt8(ascii: "\n")]
      },
      consume: { (line: [UInt8]) in try writer.write(line: line) })
    let (digest, byteCount) = try writer.commit()
    return (clusters, digest, byteCount)
  }
}
