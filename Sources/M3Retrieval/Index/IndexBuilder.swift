import M3Bytes
import M3Stage

/// Makes an index of embedding files: one thread, in their order, so that the same vectors give the same bytes.
struct IndexBuilder {
  let configuration: IndexConfiguration
  let dimension: Int
  /// Embedding files, in the order of the bank's records.
  let paths: [String]
  /// Vectors in all of them.
  let count: Int

  /// - Throws: ``FormatError`` where a file is damaged or is not what was announced; ``StageError`` `usage` where an index of
  ///   this kind cannot be made of so few vectors; ``FileError``; ``FaissError``.
  func build() throws -> FaissIndex {
    let index = try configuration.empty(dimension: dimension)
    if !index.isTrained { try train(index) }
    do {
      try forEachBlock { try index.add($0) }
    } catch let error as FaissError {
      throw StageError.usage("index.factory \(configuration.factory): \(error)")
    }
    guard index.count == count else {
      throw FormatError(.mismatch(expected: "\(count) vectors", found: "\(index.count)"), field: "vectors")
    }
    return index
  }

  private func train(_ index: FaissIndex) throws {
    var choice = SelectionSample(limit: configuration.trainingCount, of: count)
    var sample: [Float] = []
    sample.reserveCapacity(min(configuration.trainingCount, count) * dimension)
    try forEachBlock { block in
      for start in stride(from: 0, to: block.count, by: dimension) where choice.takesNext() {
        sample += block[start..<start + dimension]
      }
    }
    do throws(FaissError) {
      try index.train(sample)
    } catch {
      throw StageError.usage(
        "index.factory \(configuration.factory) with \(sample.count / dimension) vectors to learn from: \(error)")
    }
  }

  private func forEachBlock(_ body: ([Float]) throws -> Void) throws {
    var left = count
    for path in paths {
      let reader = try EmbeddingReader(path: path)
      guard reader.dimension == dimension, reader.count <= left else {
        throw FormatError(
          .mismatch(
            expected: "at most \(left) vectors of \(dimension) elements",
            found: "\(reader.count) of \(reader.dimension)"), field: "header", file: path)
      }
      left -= reader.count
      while let block = try reader.next() { try body(block) }
    }
  }
}
