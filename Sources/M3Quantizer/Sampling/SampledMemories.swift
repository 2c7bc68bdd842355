import M3Bytes
import M3Codec
public import M3Memory
public import M3Spool
import M3Stage

/// A seeded, uniform sample of the references of all tasks, read from their files as often as it is asked for.
///
/// Nothing is kept but which references are in it.
public struct SampledMemories: Sendable {
  public let producer: Producer
  public let bos: BOSMemory
  /// Memories of all tasks, and those of the sample.
  public let totalCount: Int
  public let count: Int
  /// Kept key-values of a memory, as a mean over all tasks.
  public let meanRowCount: Double
  private let files: [MemoryFiles]
  /// The sample's places in each task, ascending.
  private let places: [[Int]]

  /// - Parameters:
  ///   - files: of each task: raw memories.
  ///   - size: references in the sample; all of them where there are fewer.
  /// - Throws: ``FormatError`` where a survey or a head is damaged, or there are no memories; ``FileError``.
  public init(_ files: [MemoryFiles], size: Int, seed: UInt64) throws {
    self.files = files
    let head = try SpoolReader(path: files[0].memories.path)
    producer = head.producer
    bos = head.bos
    var rowCounts: [[UInt32]] = []
    for file in files {
      rowCounts.append(try MemorySurvey(path: file.survey.path, shape: head.producer.shape).rowCounts)
    }
    totalCount = rowCounts.reduce(0) { $0 + $1.count }
    guard totalCount > 0 else { throw FormatError(.missing("memories"), field: "input", file: files[0].memories.path) }
    meanRowCount = rowCounts.joined().reduce(0) { $0 + Double($1) } / Double(totalCount)
    count = min(size, totalCount)
    places = Self.places(rowCounts.map(\.count), size: count, seed: seed)
  }

  /// The same sample, of at most so many references, evenly drawn from it.
  public func thinned(to size: Int) -> SampledMemories {
    guard size < count else { return self }
    var taken = 0
    let places = places.map { places in
      places.filter { _ in
        defer { taken += 1 }
        // Where the share of those before and with this one reaches another whole number.
        return (taken + 1) * size / count > taken * size / count
      }
    }
    return SampledMemories(self, places: places)
  }

  private init(_ other: SampledMemories, places: [[Int]]) {
    producer = other.producer
    bos = other.bos
    totalCount = other.totalCount
    meanRowCount = other.meanRowCount
    files = other.files
    self.places = places
    count = places.reduce(0) { $0 + $1.count }
  }

  /// Each set of `size` memories is as likely as any other.
  private static func places(_ counts: [Int], size: Int, seed: UInt64) -> [[Int]] {
    var sample = SelectionSample(limit: size, of: counts.reduce(0, +), seed: seed)
    return counts.map { count in (0..<count).filter { _ in sample.takesNext() } }
  }

  /// Gives the sample's memories with their references, in the order of the tasks.
  /// - Throws: ``FormatError``; ``FileError``; what `body` throws.
  public func read(_ body: (MemoryPairs.Pair) throws -> Void) throws {
    try reader { next in while let pair = try next() { try body(pair) } }
  }

  /// Runs `body` with a function that gives the next memory of the sample, nil behind the last one.
  func reader(_ body: (_ next: () throws -> MemoryPairs.Pair?) throws -> Void) throws {
    var task = 0
    var taken = 0
    var place = 0
    var open: MemoryPairs?
    try body {
      while task < files.count {
        guard taken < places[task].count else {
          (task, taken, place, open) = (task + 1, 0, 0, nil)
          continue
        }
        let pairs = try open ?? MemoryPairs(spool: files[task].memories.path, references: files[task].references.path)
        open = pairs
        while place < places[task][taken] {
          guard try pairs.skip() else { throw fewer(task) }
          place += 1
        }
        guard let pair = try pairs.next() else { throw fewer(task) }
        place += 1
        taken += 1
        return pair
      }
      return nil
    }
  }

  private func fewer(_ task: Int) -> FormatError {
    FormatError(
      .malformed("fewer memories than the survey counts"), field: "records", file: files[task].memories.path)
  }
}
