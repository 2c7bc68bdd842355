import M3Bytes
import M3JSON
import M3Stage

extension DedupeStage {
  /// One task: what becomes of a text depends on all before it.
  var clusterWork: StageWork {
    let signatures = folder(.signatures)
    let buckets = folder(.buckets)
    let signatureMarkers = UpstreamMarkers(folder: signatures.path)
    let bucketMarkers = UpstreamMarkers(folder: buckets.path)
    func isMember(_ input: StageInput) -> Bool { DedupeFileKind.members.isName(input.name) }
    return StageWork(
      folder: folder(.cluster), definition: definition(.cluster),
      upstream: StageUpstream(
        path: { (isMember($0) ? buckets : signatures).file($0.name) },
        check: { task in
          try bucketMarkers.require(task.inputs.filter(isMember))
          try signatureMarkers.require(task.inputs.filter { !isMember($0) })
        }),
      sources: {
        let (sets, members) = (try finished(.signatures), try finished(.buckets))
        return [Array(outputs(.members, of: members).joined()) + outputs(.sets, of: sets).joined()]
      },
      facts: { tasks in
        // Buckets of signatures that were made anew since are no buckets of these texts.
        let digests = Set(try finished(.buckets).inputs.joined().map(\.digest))
        let bands = outputs(.band, of: try finished(.signatures)).joined()
        guard bands.allSatisfy({ $0.digest.map(digests.contains) ?? false }) else {
          throw StageError.upstreamStale(folder: buckets.path, what: "it was made of other signatures")
        }
        return [:]
      })
  }

  func runCluster(_ task: StageTask, _ advance: (Int) -> Void) throws -> StageResult {
    let folder = folder(.cluster)
    let members = task.inputs.filter { DedupeFileKind.members.isName($0.name) }.map(\.path)
    let sets = try ShingleSets(paths: task.inputs.filter { DedupeFileKind.sets.isName($0.name) }.map(\.path))
    let drops =
      configuration.dedupe.verify
      ? try VerifiedClustering(
        sets: sets, threshold: configuration.dedupe.threshold, bucketLimit: configuration.bucketLimit,
        workers: workers
      ).drops(members: members, advance: advance)
      : try UnverifiedClustering().drops(members: members, numbering: sets.numbering, advance: advance)

    let clusters = try ClusterFile(sets: sets, workers: workers).write(drops, to: folder.file(ClusterFile.name))
    var outputs = [Self.output(ClusterFile.name, (clusters.digest, clusters.byteCount))]
    outputs += try DropLists(numbering: sets.numbering, folder: folder).write(drops)

    var account = StageAccount()
    account.input = sets.numbering.textCount
    account.kept = account.input - drops.count
    for kind in drops.kinds { account.reject(kind.reason) }
    account.totals = [
      "clusters": clusters.clusters, "comparisons": drops.comparisonCount,
      "comparisons_left_out": drops.unlistedCounts.reduce(0, +),
    ]
    return StageResult(outputs: outputs, account: account)
  }
}
