import M3Inference
import M3Memory
import M3Records
import M3Transformer

/// Finds references by the words that they share with a text.
struct WordSearch: ReferenceSearch {
  let texts: [String]

  init(_ bank: EvaluationBank) {
    texts = bank.base.references.map(\.text)
  }

  func nearest(to queries: [String], count: Int, threads: Int) -> [[ReferenceHit]] {
    queries.map { query in
      let words = Set(query.split(separator: " "))
      return texts.enumerated().map { index, text in
        ReferenceHit(
          index: index, similarity: Float(words.intersection(text.split(separator: " ")).count) / Float(1 + words.count)
        )
      }
      .sorted { ($1.similarity, $0.index) < ($0.similarity, $1.index) }
      .prefix(count).map { $0 }
    }
  }
}

/// The memories of an evaluation's references, by their place.
struct PlaceSource: MemorySource {
  let bank: EvaluationBank

  func memories(at indices: [Int]) throws -> [AttentionMemory] {
    try indices.map { bank.assembler.attentionMemory(try bank.reference(id: id(at: $0)).memory) }
  }

  func text(at index: Int) -> String { bank.base.references[index].text }
  func id(at index: Int) -> String { bank.base.references[index].id }
}

extension MemoryRetriever {
  /// Retrieves from an evaluation's references.
  convenience init(_ bank: EvaluationBank, change: (inout RetrievalSettings) -> Void = { _ in }) {
    var settings = RetrievalSettings()
    (settings.gate, settings.similarityWeight) = (0, 0)
    change(&settings)
    self.init(search: WordSearch(bank), source: PlaceSource(bank: bank), bos: bank.assembler.bos, settings: settings)
  }
}
