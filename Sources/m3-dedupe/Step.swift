import M3Dedupe

/// A step as a type, so that each has a command.
protocol Step {
  static var step: DedupeStep { get }
  static var abstract: String { get }
}

enum Signatures: Step {
  static let step = DedupeStep.signatures
  static let abstract = "Shingles and signatures of each task's texts."
}

enum Buckets: Step {
  static let step = DedupeStep.buckets
  static let abstract = "Texts that share a band of their signatures; a task a band."
}

enum Cluster: Step {
  static let step = DedupeStep.cluster
  static let abstract = "Decides which texts are dropped; one task."
}

enum Drop: Step {
  static let step = DedupeStep.drop
  static let abstract = "Writes the input without what is dropped."
}
