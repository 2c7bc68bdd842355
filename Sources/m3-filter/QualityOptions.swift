import ArgumentParser
import M3Bytes
import M3Command
import M3Filter
import M3Retrieval
import M3Tensor

/// The model of quality that texts are scored by.
struct QualityOptions: ParsableArguments {
  @Option(help: "A head, as `m3-filter train-quality` makes it; `min_quality` or `keep_fraction` says what is kept.")
  var qualityHead: String?

  @Option(help: "The model that embeds texts for the head: a folder, as sentence-transformers keeps them.")
  var embedder: String?

  init() {}

  struct Scorer {
    let scorer: any QualityScorer
    /// SHA-256 of the head's file.
    let digest: SHA256Digest
    let kernels: Kernels
  }

  /// - Returns: nil where no head was named.
  /// - Throws: ``UsageError`` where one of head, embedder and threshold is there without the others.
  func scorer(_ settings: FilterSettings) throws -> Scorer? {
    let hasThreshold = settings.minimumQuality != nil || settings.keepFraction != nil
    guard let qualityHead else {
      guard embedder == nil, !hasThreshold else {
        throw UsageError("min_quality, keep_fraction and --embedder need --quality-head FILE")
      }
      return nil
    }
    guard let embedder else { throw UsageError("--quality-head needs --embedder DIR") }
    guard hasThreshold else {
      throw UsageError("--quality-head needs --set min_quality=SCORE or --set keep_fraction=SHARE")
    }
    let head = try QualityHead(path: qualityHead)
    let kernels = try Kernels.chosen(settings.kernel)
    let encoder = try SentenceEmbedder(folder: embedder, kernels: kernels)
    let digest = try SHA256Digest.ofFile(qualityHead)
    do throws(QualityError) {
      return Scorer(scorer: try ModelQualityScorer(head: head, embedder: encoder), digest: digest, kernels: kernels)
    } catch {
      throw UsageError("\(qualityHead), \(embedder): \(error)")
    }
  }
}
