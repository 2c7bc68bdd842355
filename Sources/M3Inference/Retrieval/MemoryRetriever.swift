public import M3Memory
public import M3Transformer

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Chooses memories by a text and gives them ready to read.
///
/// What is chosen depends on the text and the settings alone: not on the cache, on what was prefetched, nor on threads.
public final class MemoryRetriever: Sendable {
  public let settings: RetrievalSettings
  public let cache: MemoryCache
  private let search: any ReferenceSearch
  private let source: any MemorySource
  private let bos: AttentionMemory
  private let constants: ReadingConstants?

  /// - Parameters:
  ///   - bos: the bank's BOS memory, read before all others and also where nothing is found.
  ///   - constants: how each head reads memories; nil: as they are.
  public init(
    search: any ReferenceSearch, source: any MemorySource, bos: AttentionMemory, constants: ReadingConstants? = nil,
    settings: RetrievalSettings
  ) {
    self.search = search
    self.source = source
    self.bos = bos
    self.constants = constants
    self.settings = settings
    cache = MemoryCache(byteLimit: settings.cacheBytes)
  }

  /// The references that each query reads, the most similar first: those that pass the gate.
  ///
  /// - Parameters:
  ///   - threads: may share the work: more than one where somebody waits for it.
  ///   - keeping: refuses references for other reasons; refused ones make room for the next.
  /// - Throws: what the search throws.
  public func hits(
    for queries: [String], threads: Int = 2, keeping: ((_ query: Int, ReferenceHit) throws -> Bool)? = nil
  ) throws -> [[ReferenceHit]] {
    try search.nearest(to: queries, count: settings.count, threads: threads).enumerated().map { query, hits in
      var hits = hits
      while true {
        let similar = hits.filter { $0.similarity >= settings.gate }
        let kept = try keeping.map { keep in try similar.filter { try keep(query, $0) } } ?? similar
        // Whether references behind these could take the places of refused ones.
        guard kept.count < settings.count, similar.count == hits.count, !hits.isEmpty, keeping != nil else {
          return weighty(kept.prefix(settings.count))
        }
        let more = try search.nearest(to: [queries[query]], count: 2 * hits.count, threads: threads)[0]
        guard more.count > hits.count else { return weighty(kept[...]) }
        hits = more
      }
    }
  }

  /// Those whose memories weigh enough beside the most similar one's.
  private func weighty(_ hits: ArraySlice<ReferenceHit>) -> [ReferenceHit] {
    guard let best = hits.first, settings.leastWeight > 0, settings.similarityWeight > 0 else { return Array(hits) }
    let reach = -log(settings.leastWeight) / settings.similarityWeight
    return hits.filter { best.similarity - $0.similarity <= reach }
  }

  /// What a sequence that reads these references attends to.
  /// - Throws: what the source throws.
  public func context(_ hits: [ReferenceHit]) throws -> MemoryContext {
    let memories = try cache.memories(at: hits.map(\.index), from: source)
    let largest = hits.map(\.similarity).max() ?? 0
    return MemoryContext(
      bos: bos, memories: memories, biases: hits.map { ($0.similarity - largest) * settings.similarityWeight },
      logitScale: settings.logitScale, logSumExpScale: settings.logSumExpScale, constants: constants)
  }

  /// Brings the memories that a text would read into the cache, beside other work.
  /// - Throws: what search and source throw.
  public func prefetch(_ query: String) throws {
    try cache.prefetch(hits(for: [query], threads: 1)[0].map(\.index), from: source)
  }

  /// The texts of references, the least similar first: the most similar one stands next to the question.
  /// - Throws: what the source throws.
  public func texts(_ hits: [ReferenceHit]) throws -> [String] {
    try hits.reversed().map { try source.text(at: $0.index) }
  }
}
