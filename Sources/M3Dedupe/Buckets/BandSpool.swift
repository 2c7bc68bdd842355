import M3Bytes
package import M3Stage

/// Writes the band keys of a task's texts: a file a band, in runs of ``runLength`` texts sorted by key.
///
/// Memory is 8 bytes a text of the run and band, and 32 bytes a text of the run and thread while one is sorted: of 14
/// bands and 2 threads about 180 MiB.
package final class BandSpool {
  private let folder: StageFolder
  private let names: [String]
  private let writers: [RunFileWriter<KeyedNumber>]
  private let workers: Int
  private let runLength: Int
  /// Keys of the run: (bands, texts).
  private var keys: [[UInt64]]
  /// Texts of the runs that are written.
  private var written = 0

  package static let defaultRunLength = 1 << 20

  /// - Throws: ``FileError`` `create`.
  package init(
    _ task: Int, folder: StageFolder, bandCount: Int, workers: Int, runLength: Int = BandSpool.defaultRunLength
  ) throws {
    self.folder = folder
    self.workers = workers
    self.runLength = runLength
    names = (0..<bandCount).map { DedupeFileKind.band.name(task: task, part: $0) }
    writers = try names.map { try RunFileWriter(path: folder.file($0), kind: .band) }
    keys = Array(repeating: [], count: bandCount)
  }

  /// Takes the keys of texts: (texts, bands).
  /// - Throws: ``FileError``; ``FormatError`` `outOfRange` for more texts than can be numbered.
  package func append(_ batch: [UInt64]) throws {
    var start = 0
    while start < batch.count {
      for band in keys.indices { keys[band].append(batch[start + band]) }
      start += keys.count
      if keys[0].count == runLength { try writeRun() }
    }
  }

  /// - Returns: a file a band, with the number of the texts as its attribute.
  /// - Throws: ``FileError``; ``FormatError`` `checksumMismatch` where the disk gives other bytes back.
  package func commit() throws -> [StageOutput] {
    try writeRun()
    return try zip(names, writers).map { name, writer in
      let (digest, byteCount) = try writer.commit(attributes: [UInt64(written)])
      return StageOutput(name: name, byteCount: byteCount, digest: digest)
    }
  }

  private func writeRun() throws {
    let (run, first) = (keys, written)
    written += run[0].count
    guard written <= TextNumbering.limit else {
      throw FormatError(.outOfRange(found: "\(written)", allowed: "at most \(TextNumbering.limit)"), field: "texts")
    }
    keys = Array(repeating: [], count: run.count)
    var bands = run.indices.makeIterator()
    try OrderedPipeline.run(
      workers: min(workers, run.count),
      next: { bands.next() },
      worker: {},
      transform: { _, band in
        var entries = run[band].enumerated().map { KeyedNumber(key: $1, number: UInt32(first + $0)) }
        RadixSort.sort(&entries)
        return (band, entries)
      },
      consume: { (band: Int, entries: [KeyedNumber]) in
        for entry in entries { try writers[band].append(entry) }
        try writers[band].endRun()
      })
  }
}
