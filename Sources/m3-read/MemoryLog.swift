import M3Command
import M3Inference

/// Says on stderr which memories a context reads.
struct MemoryLog {
  private let source: any MemorySource

  init(_ source: any MemorySource) {
    self.source = source
  }

  func show(_ change: MemoryChange) {
    var text = "[from token \(change.tokenCount): "
    let names = change.hits.map { hit in
      ((try? source.id(at: hit.index)) ?? "record \(hit.index)") + " \(Double(hit.similarity).formatted(decimals: 3))"
    }
    text += names.isEmpty ? "no memory is near enough" : names.joined(separator: ", ")
    StandardError.write(text + "]\n")
  }

  static func show(_ statistics: MemoryCache.Statistics) {
    guard let rate = statistics.hitRate else { return }
    StandardError.write(
      "[\(statistics.requests) memories read, \(statistics.hits) of them (\((100 * rate).formatted(decimals: 0)) %) "
        + "from the cache; \(statistics.prefetched) were read ahead]\n")
  }
}
