import M3Bytes
import M3JSON
import M3Stage

extension DedupeStage {
  /// A task is a band: it reads that band's keys of all tasks before.
  var bucketWork: StageWork {
    let signatures = folder(.signatures)
    let markers = UpstreamMarkers(folder: signatures.path)
    return StageWork(
      folder: folder(.buckets), definition: definition(.buckets),
      upstream: StageUpstream(path: { signatures.file($0.name) }, check: { try markers.require($0.inputs) }),
      sources: {
        let upstream = try finished(.signatures)
        let bands = outputs(.band, of: upstream)
        // The order of texts by length is the one thing that needs more than keys.
        let lengths = configuration.dedupe.keep == .longest ? outputs(.lengths, of: upstream).flatMap { $0 } : []
        return try (0..<configuration.dedupe.bandCount).map { band in
          try bands.enumerated().map { task, files in
            guard files.count == configuration.dedupe.bandCount else {
              throw StageError.upstreamStale(
                folder: signatures.path, what: "task \(task) has \(files.count) bands")
            }
            return files[band]
          } + lengths
        }
      })
  }

  func runBuckets(_ task: StageTask) throws -> StageResult {
    let folder = folder(.buckets)
    let name = DedupeFileKind.members.name(task: task.index)
    let builder = try BucketBuilder(
      paths: task.inputs.filter { DedupeFileKind.band.isName($0.name) }.map(\.path),
      order: { numbering in
        guard configuration.dedupe.keep == .longest else { return .first }
        return try Self.longest(
          task.inputs.filter { DedupeFileKind.lengths.isName($0.name) }.map(\.path), numbering)
      })
    let (summary, digest, byteCount) = try builder.write(to: folder.file(name))
    var account = StageAccount()
    (account.input, account.kept) = (builder.textCount, builder.textCount)
    account.totals = ["buckets": Int(summary.bucketCount), "members": summary.memberCount]
    let output = StageOutput(
      name: name, byteCount: byteCount, digest: digest,
      attributes: ["largest_bucket": .integer(Int64(summary.largest))])
    return StageResult(outputs: [output], account: account)
  }

  private static func longest(_ paths: [String], _ numbering: TextNumbering) throws -> TextOrder {
    var lengths: [UInt32] = []
    lengths.reserveCapacity(numbering.textCount)
    for (task, path) in paths.enumerated() {
      let file = try RunFile<TextLength>(path: path, kind: .lengths)
      guard file.entryCount == numbering.count(task: task) else {
        throw FormatError(
          .mismatch(expected: "\(numbering.count(task: task)) texts", found: "\(file.entryCount)"), field: "lengths",
          file: path)
      }
      try file.forEach { lengths.append($0.count) }
    }
    return .longest(lengths: lengths)
  }
}
