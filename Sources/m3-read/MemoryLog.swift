import M3Command
import M3Inference

/// Says on stderr which memories a context reads.
struct MemoryLog {
  private let source: any MemorySource

  init(_ source: any MemorySource) {
    self.source = source
  }

  func show(_ change: MemoryChange) { show(change.hits, from: change.tokenCount) }

  /// References that are read as text, before the prompt; nil where there are none to speak of.
  func show(_ hits: [ReferenceHit]?) {
    if let hits { show(hits, from: 0) }
  }

  /// References that a user named.
  func show(_ ids: [String]) {
    if !ids.isEmpty { StandardError.write("[from token 0: \(ids.joined(separator: ", "))]\n") }
  }

  private func show(_ hits: [ReferenceHit], from tokenCount: Int) {
    var text = "[from token \(tokenCount): "
    let names = hits.map { hit in
      name(hit.index) + " \(Double(hit.similarity).formatted(decimals: 3))"
    }
    text += names.isEmpty ? "no memory is near enough" : names.joined(separator: ", ")
    StandardError.write(text + "]\n")
  }

  private func name(_ index: Int) -> String {
    do { return try source.id(at: index) } catch { return "record \(index) (\(error))" }
  }

  static func show(_ statistics: MemoryCache.Statistics) {
    guard let rate = statistics.hitRate else { return }
    StandardError.write(
      "[\(statistics.requests) memories read, \(statistics.hits) of them (\((100 * rate).formatted(decimals: 0)) %) "
        + "from the cache; \(statistics.prefetched) were read ahead]\n")
  }
}
