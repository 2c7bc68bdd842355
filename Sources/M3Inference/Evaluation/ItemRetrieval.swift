public import M3JSON
public import M3Text

/// What the contexts of evaluation items retrieve.
public struct ItemRetrieval: Sendable {
  let retriever: MemoryRetriever
  /// By the bytes of the item's id: two texts of other bytes can be equal.
  private let hits: [[UInt8]: [ReferenceHit]]
  /// Place of each item's own reference among what was found, from 0; nil where it is not among it.
  private let ranks: [Int?]
  private let readCount: Int

  /// Items that are embedded at a time.
  private static let batchSize = 64

  /// Retrieves for each item.
  ///
  /// - Parameter overlapLimit: references that overlap context and target so much are left out (section 4.4); nil leaves
  ///   all in.
  /// - Throws: what search and source throw.
  public init(
    _ items: [EvaluationItem], retriever: MemoryRetriever, source: any MemorySource, tokenizer: Tokenizer,
    overlapLimit: Double?, progress: (Int) -> Void = { _ in }
  ) throws {
    self.retriever = retriever
    var hits: [[UInt8]: [ReferenceHit]] = [:]
    var ranks: [Int?] = []
    var readCount = 0
    for start in stride(from: 0, to: items.count, by: Self.batchSize) {
      let batch = items[start..<min(start + Self.batchSize, items.count)]
      let filter = overlapLimit.map(OverlapFilter.init)
      let keeping = filter.map { filter in
        { (query: Int, hit: ReferenceHit) in
          let item = batch[start + query]
          return filter.keeps(
            reference: tokenizer.encode(try source.text(at: hit.index)),
            question: tokenizer.encode(item.context + item.target))
        }
      }
      for (item, found) in zip(batch, try retriever.hits(for: batch.map(\.context), keeping: keeping)) {
        hits[Array(item.id.utf8)] = found
        ranks.append(try found.firstIndex { try source.id(at: $0.index).utf8.elementsEqual(item.referenceID.utf8) })
        readCount += found.count
      }
      progress(batch.count)
    }
    self.hits = hits
    self.ranks = ranks
    self.readCount = readCount
  }

  func hits(_ item: EvaluationItem) -> [ReferenceHit] { hits[Array(item.id.utf8)] ?? [] }

  /// The part of the items whose reference is among the first `count` that passed the gate.
  public func foundRate(within count: Int) -> Double {
    Double(ranks.count { $0.map { $0 < count } ?? false }) / Double(max(1, ranks.count))
  }

  /// References that an item reads, as a mean.
  public var meanReadCount: Double { Double(readCount) / Double(max(1, ranks.count)) }

  public var json: JSONObject {
    [
      "found_first": .double(foundRate(within: 1)), "found": .double(foundRate(within: retriever.settings.count)),
      "mean_read": .double(meanReadCount),
    ]
  }
}
