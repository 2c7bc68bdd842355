import M3Bytes
import M3JSON
import M3Records
import M3Stage
import M3TextStage

extension DedupeStage {
  /// The tasks are those of ``DedupeStep/signatures``, each with its list of what to drop.
  var dropWork: StageWork {
    let cluster = folder(.cluster)
    let markers = UpstreamMarkers(folder: cluster.path)
    func isList(_ input: StageInput) -> Bool { DedupeFileKind.dropped.isName(input.name) }
    let paths = InputPaths(input)
    return StageWork(
      folder: folder(.drop), definition: definition(.drop),
      upstream: StageUpstream(
        path: { isList($0) ? cluster.file($0.name) : paths.path(of: $0) },
        check: { task in
          try markers.require(task.inputs.filter(isList))
          let texts = task.inputs.filter { !isList($0) }
          try input.upstream?.check(StageTask(index: task.index, count: task.count, inputs: texts))
        }),
      sources: dropSources,
      facts: { tasks in
        for (inputs, read) in zip(tasks, try finished(.signatures).inputs) {
          for (input, before) in zip(inputs, read) where input.digest != before.digest {
            throw StageError.upstreamStale(
              folder: folder(.signatures).path, what: "\(input.name) has changed since it was read")
          }
        }
        return [:]
      })
  }

  /// The input as it was read, each task's with its list.
  /// - Throws: ``StageError`` `upstreamStale` where the steps before are of another input.
  private func dropSources() throws -> [[StageSource]] {
    let (signatures, cluster) = (try finished(.signatures), try finished(.cluster))
    let now = try input.sources()
    guard now.count == signatures.inputs.count, zip(now, signatures.inputs).allSatisfy({ Self.isSame($0, $1) }) else {
      throw StageError.upstreamStale(folder: folder(.signatures).path, what: "it was made of another input")
    }
    let lists = outputs(.dropped, of: cluster).flatMap { $0 }
    let clustered = Set(cluster.inputs.joined().map(\.digest))
    let sets = outputs(.sets, of: signatures).joined()
    guard sets.allSatisfy({ $0.digest.map(clustered.contains) ?? false }), lists.count == now.count else {
      throw StageError.upstreamStale(folder: folder(.cluster).path, what: "it was made of other signatures")
    }
    return now.indices.map { task in
      zip(now[task], signatures.inputs[task]).map { now, read in
        var source = now
        // A range is hashed again: the number of its first line is found on the way.
        if read.range == nil { source.digest = read.digest }
        return source
      } + [lists[task]]
    }
  }

  private static func isSame(_ now: [StageSource], _ read: [StageInput]) -> Bool {
    now.count == read.count
      && zip(now, read).allSatisfy { now, read in
        now.name == read.name && now.byteCount == read.byteCount && now.range == read.range
          && (now.digest == nil || now.digest == read.digest)
      }
  }

  func runDrop(_ task: StageTask, _ advance: (Int) -> Void) throws -> StageResult {
    guard let list = task.inputs.first(where: { DedupeFileKind.dropped.isName($0.name) }) else {
      throw StageError.upstreamStale(folder: folder(.cluster).path, what: "task \(task.label) has no list")
    }
    let texts = task.inputs.filter { $0.name != list.name }
    let batches = RecordBatches<TextRecord>(
      texts, level: configuration.level, fields: configuration.fields)
    let output = try TextStageOutput(task, folder: folder(.drop), badInput: configuration.badInput)
    let drops = try DropReader(path: list.path)
    try OrderedPipeline.run(
      workers: workers,
      next: { try batches.next() },
      worker: {},
      // One thread reads, another one writes.
      transform: { _, batch in batch },
      consume: { (batch: RecordBatch<TextRecord>) in
        for (result, rawRecords) in batch.entries {
          output.account.input += 1
          switch result {
          case .bad(let raw, let error, let place):
            try output.refuse(error, raw: raw, place: place, rawRecords)
          case .record(let record):
            if let reason = try drops.next() {
              output.account.reject(reason)
            } else {
              try output.keep(record, level: configuration.level)
            }
          }
        }
        batches.finish(byteCount: batch.byteCount)
        if !batch.entries.isEmpty { advance(batch.entries.count) }
      })
    try drops.finish()
    if drops.leftOutCount > 0 { output.account.totals["comparisons_left_out"] = drops.leftOutCount }
    return try output.commit()
  }

  /// `clusters.jsonl.zst` beside the texts.
  var dropClosing: StageRunner.Closing {
    let target = folder(.drop).file(ClusterFile.name)
    return StageRunner.Closing(
      isDone: {
        guard try FilePaths.kind(target) == .file else { return false }
        guard try folder(.cluster).hasPlan() else { return true }
        let source = try clusterFile()
        return try FilePaths.size(target) == source.byteCount && SHA256Digest.ofFile(target) == source.digest
      },
      perform: { _ in
        let source = try clusterFile()
        let bytes = try FileSource(path: source.path)
        let copy = try AtomicFile(path: target)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        while case let count = try bytes.read(into: buffer), count > 0 {
          try copy.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        let digest = try copy.commit()
        guard digest == source.digest else {
          throw StageError.upstreamStale(folder: folder(.cluster).path, what: "\(source.name) has changed")
        }
      })
  }

  private func clusterFile() throws -> StageSource {
    let cluster = try finished(.cluster)
    guard let file = cluster.tasks.joined().first(where: { $0.name == ClusterFile.name }) else {
      throw StageError.upstreamStale(folder: folder(.cluster).path, what: "it has no \(ClusterFile.name)")
    }
    return file
  }
}
