import M3Bank
import M3Codec
import M3Bytes
import M3Inference
import M3Memory
import M3Reader
import M3Transformer

/// What reading sets of memories costs: whole, as a program calls it, and by step.
///
/// Sets are drawn at random and read once before anything is measured, so that the bank's pages are in memory.
struct ReadingMeasurement {
  /// Steps of reading, in their order.
  enum Step: String, CaseIterable { case read, verify, decompress, decode }

  /// Of each measured set, in microseconds.
  struct Times {
    var total: [Double] = []
    var steps: [Step: [Double]] = [:]
  }

  let bank: MemoryBank
  let memoryCount: Int
  let threadCount: Int
  /// Bytes that are written before each set: as many as the processor's caches hold, they leave nothing in them of the sets
  /// before, as a forward pass between two reads would.
  let evictedByteCount: Int
  private let assembler: MemoryAssembler
  private let buffers = RecordBuffers()

  init(bank: MemoryBank, memoryCount: Int, threadCount: Int, evictedByteCount: Int) {
    self.bank = bank
    self.memoryCount = memoryCount
    self.threadCount = threadCount
    self.evictedByteCount = evictedByteCount
    assembler = MemoryAssembler(
      producer: bank.producer, bos: bank.bos, longestReference: bank.longestReference,
      constants: bank.codec.readingConstants)
  }

  /// Sets of different records, the same for the same seed.
  func sets(count: Int, seed: UInt64) -> [[Int]] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in
      var set: [Int] = []
      while set.count < memoryCount {
        let index = Int(random.next() % UInt64(bank.count))
        if !set.contains(index) { set.append(index) }
      }
      return set
    }
  }

  /// Mean bytes of a set: its frames in the file, and the keys and values made of them.
  func byteCounts(_ sets: [[Int]]) throws -> (frames: Int, elements: Int) {
    var (frames, elements) = (0, 0)
    for set in sets {
      for index in set {
        let (shard, position) = try bank.place(of: index)
        frames += shard.entry(at: position).compressedLength
      }
      for memory in try context(set).memories { elements += 8 * memory.rowCount * memory.headDimension }
    }
    return (frames / sets.count, elements / sets.count)
  }

  /// Reads all sets, as a whole and then again by step.
  func run(_ sets: [[Int]]) throws -> Times {
    var times = Times()
    var evicted = [UInt8](repeating: 0, count: evictedByteCount)
    func evict() {
      for place in stride(from: 0, to: evicted.count, by: 64) { evicted[place] &+= 1 }
    }
    for set in sets {
      evict()
      let start = ContinuousClock.now
      let context = try context(set)
      times.total.append(microseconds(since: start))
      withExtendedLifetime(context) {}
    }
    for set in sets {
      evict()
      try measureSteps(set, &times)
    }
    return times
  }

  /// What attention reads.
  private func context(_ set: [Int]) throws -> MemoryContext {
    assembler.assemble(rotated: try bank.rotatedMemories(at: set, threads: threadCount))
  }

  private func measureSteps(_ set: [Int], _ times: inout Times) throws {
    var sums: [Step: Double] = [:]
    var memories: [AttentionMemory] = []
    for index in set {
      let (shard, position) = try bank.place(of: index)
      var start = ContinuousClock.now
      func end(_ step: Step) {
        sums[step, default: 0] += microseconds(since: start)
        start = .now
      }
      let entry = shard.entry(at: position)
      let frame = try shard.frame(entry, buffers: buffers)
      end(.read)
      try shard.requireSum(frame, entry)
      end(.verify)
      let raw = try shard.decompress(frame, entry, buffers: buffers)
      end(.decompress)
      let record = try shard.payload(of: raw, entry)
      memories.append(assembler.attentionMemory(try bank.decode(record.payload, text: record.text)))
      end(.decode)
    }
    for (step, sum) in sums { times.steps[step, default: []].append(sum) }
  }

  private func microseconds(since start: ContinuousClock.Instant) -> Double {
    (.now - start) / .microseconds(1)
  }
}
