public import M3JSON

extension WorkReport {
  /// The report for other programs: integers and texts, times in milliseconds.
  public var json: JSONObject {
    [
      "chains": .array(chains.map { .object($0.json) }),
      "imbalances": .array(imbalances.map { .string($0.description) }),
      "paths_without_stages": .array(emptyPaths.map { .string($0) }),
      "stages": .array(stages.indices.map { .object(json($0)) }),
    ]
  }

  private func json(_ index: Int) -> JSONObject {
    var object = stages[index].json
    object["reads"] = .array(sources[index].all.sorted().map { .string(stages[$0].folder.path) })
    return object
  }
}

extension StageReport {
  /// The account's members, and those that say where and how far.
  var json: JSONObject {
    var object = account.json
    object["folder"] = .string(folder.path)
    object["input_bytes"] = .integer(Int64(inputByteCount))
    object["lost_output_files"] = .integer(Int64(lostOutputCount))
    object["output_bytes"] = .integer(Int64(outputByteCount))
    object["output_files"] = .integer(Int64(outputCount))
    object["runs"] = .object(runs.json)
    object["stage"] = .string(stage.name)
    object["state"] = .string(state.rawValue)
    object["tasks"] = .integer(Int64(taskCount))
    object["tasks_done"] = .integer(Int64(doneCount))
    return object
  }
}

extension RunSummary {
  /// Sums over the tasks whose records are there: rates are to be taken from these, and not from the stage's.
  var json: JSONObject {
    var object: JSONObject = [
      "cpu_milliseconds": .integer(Int64(cpuMilliseconds)), "input": .integer(Int64(inputCount)),
      "peak_memory_bytes": .integer(Int64(peakMemoryBytes)), "tasks": .integer(Int64(taskCount)),
      "thread_milliseconds": .integer(Int64(threadMilliseconds)),
      "wall_milliseconds": .integer(Int64(wallMilliseconds)),
    ]
    if let tokenCount { object["tokens"] = .integer(Int64(tokenCount)) }
    return object
  }
}

extension StageChain {
  var json: JSONObject {
    var object: JSONObject = [
      "counts": .array(counts.map { .object(["count": .integer(Int64($0.count)), "what": .string($0.what)]) }),
      "folder": .string(end.folder.path), "imbalances": .array(imbalances.map { .string($0.description) }),
      "stage": .string(end.stage.name), "unfinished": .array(unfinished.map { .string($0) }),
    ]
    if let bytesPerReference { object["bytes_per_reference"] = .integer(Int64(bytesPerReference.rounded())) }
    return object
  }
}
