import M3Bank
import M3Bytes
public import M3Inference
public import M3Reader
import M3Retrieval
import M3Stage
public import M3Text

/// Searches a bank's references by their index.
public struct BankSearch: ReferenceSearch {
  private let index: RetrievalIndex
  private let embedder: any TextEmbedder

  /// - Throws: ``StageError`` `upstreamMissing` where the bank has no index; ``FormatError`` where the index is damaged, of
  ///   another bank, or made by another embedder.
  public init(bank: MemoryBank, embedder: any TextEmbedder) throws {
    do {
      index = try RetrievalIndex(bank: bank.directory)
    } catch let error as FileError where error.isMissing {
      throw StageError.upstreamMissing(folder: bank.directory.path, what: "it has no index: m3-index makes one")
    }
    do throws(FormatError) { try index.requireEmbedder(embedder.identity) } catch {
      throw error.inFile(FilePaths.join(bank.directory.path, IndexManifest.fileName))
    }
    self.embedder = embedder
  }

  /// - Parameter embedderFolder: as `SentenceEmbedder` reads it.
  /// - Throws: as ``init(bank:embedder:)``; what loading the embedder throws.
  public init(bank: MemoryBank, embedderFolder: String) throws {
    try self.init(bank: bank, embedder: SentenceEmbedder(folder: embedderFolder))
  }

  public func nearest(to texts: [String], count: Int, threads: Int) throws -> [[ReferenceHit]] {
    guard !texts.isEmpty else { return [] }
    let vectors = try embedder.embed(texts, threads: threads)
    return try texts.indices.map { place in
      let vector = Array(vectors[place * index.dimension..<(place + 1) * index.dimension])
      return try index.search(vector, count: count).map { ReferenceHit(index: $0.position, similarity: $0.score) }
    }
  }
}
