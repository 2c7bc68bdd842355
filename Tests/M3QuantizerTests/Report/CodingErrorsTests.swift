import M3Codec
import M3Memory
import M3Quantizer
import M3Spool
import Testing

@Suite struct CodingErrorsTests {
  /// Stored memories are in bfloat16 already.
  @Test func aLosslessCodecHasNone() throws {
    let tasks = try MemoryTasks([4, 3])
    defer { withExtendedLifetime(tasks) {} }
    let sample = try SampledMemories(tasks.files, size: 5, seed: 1)
    let errors = try CodingErrors(sample, codec: BFloat16Codec(headDimension: 8), features: nil, workers: 1)
    let entries = MemoryTasks.shape.entryCount
    #expect(errors.keys == Array(repeating: 0, count: entries))
    #expect(errors.values == Array(repeating: 0, count: entries))
    #expect(errors.meanKeys == 0 && errors.meanValues == 0)
    #expect(errors.entropy > 1 && errors.entropy < 8)
  }

  /// Of each block: squared errors by squared distances from the mean.
  @Test(arguments: ["int8", "int4", "int3", "int2"])
  func errorsAreTheirDefinition(codec name: String) throws {
    let tasks = try MemoryTasks([4, 3])
    defer { withExtendedLifetime(tasks) {} }
    let sample = try SampledMemories(tasks.files, size: 100, seed: 1)
    var memories: [SparseMemory] = []
    try sample.read { memories.append($0.memory) }
    var builder = HeadStatisticsBuilder(shape: MemoryTasks.shape)
    for memory in memories { builder.add(memory) }
    let codec = try ScalarCodec(#require(ScalarWidth(name: name)), statistics: builder.statistics())
    let found = try CodingErrors(sample, codec: codec, features: nil, workers: 1)

    let decoded = try memories.map {
      try codec.memory(codec.payload($0, features: nil), shape: MemoryTasks.shape, features: nil)
    }
    var lost: [Double] = [0, 0]
    var all = lost
    for entry in 0..<MemoryTasks.shape.entryCount {
      for (part, path) in [\SparseMemory.keys, \SparseMemory.values].enumerated() {
        // (rows, D).
        func rows(_ memory: SparseMemory) -> [[Double]] {
          (memory.offsets[entry]..<memory.offsets[entry + 1]).map { (row: Int) -> [Double] in
            let vector: ArraySlice<Float> = memory[keyPath: path][8 * row..<8 * row + 8]
            return vector.map { Double($0) }
          }
        }
        let (exact, coded) = (memories.flatMap(rows), decoded.flatMap(rows))
        let mean: [Double] = (0..<8).map { (element: Int) -> Double in
          exact.map { $0[element] }.reduce(0, +) / Double(exact.count)
        }
        let error: Double = zip(exact, coded).map(squaredDistance).reduce(0, +)
        let distance: Double = exact.map { squaredDistance($0, mean) }.reduce(0, +)
        let relative = (part == 0 ? found.keys : found.values)[entry]
        #expect(error > 0)
        // Statistics have the means in float32.
        #expect((relative - error / distance).magnitude < 1e-5 * relative)
        lost[part] += error
        all[part] += distance
      }
    }
    #expect((found.meanKeys - lost[0] / all[0]).magnitude < 1e-5 * found.meanKeys)
    #expect((found.meanValues - lost[1] / all[1]).magnitude < 1e-5 * found.meanValues)
    for workers in [2, 3] {
      let other = try CodingErrors(sample, codec: codec, features: nil, workers: workers)
      #expect(other.keys == found.keys && other.values == found.values && other.entropy == found.entropy)
    }
  }

  private func squaredDistance(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
  }
}
