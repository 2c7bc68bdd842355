import M3Records

/// The steps of ``DedupeStage``, each a stage of its own.
public enum DedupeStep: String, Sendable, CaseIterable {
  /// Shingles, signatures and band keys of each task's texts.
  case signatures
  /// Texts that share a band's key, band by band.
  case buckets
  /// Which texts are dropped, in favour of which.
  case cluster
  /// The input without them.
  case drop

  /// The folder below the output's; nil for the output itself.
  var folderName: String? {
    switch self {
    case .signatures: "_signatures"
    case .buckets: "_buckets"
    case .cluster: "_cluster"
    case .drop: nil
    }
  }

  /// The stage's name in plans and reports.
  func stageName(_ level: TextLevel) -> String {
    switch (self, level) {
    case (.drop, .reference): "dedupe"
    case (.drop, .document): "dedupe-documents"
    default: "dedupe-\(rawValue)"
    }
  }
}
