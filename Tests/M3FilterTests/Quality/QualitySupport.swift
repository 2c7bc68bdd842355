import M3Bytes
import M3Filter
import M3JSON
import M3TestSupport
import M3Text

/// Examples whose labels a hidden plane decides, with noise.
enum Samples {
  static let embedder = EmbedderIdentity(settings: ["test": 1], description: "a test")

  static func examples(
    _ count: Int, dimension: Int, seed: UInt64, noise: Float = 1, groupSize: Int = 1, grades: Double = 0
  ) -> [QualityExample] {
    var random = Randomness(seed: seed)
    let plane = random.floats(dimension)
    return (0..<count).map { index in
      let vector = random.floats(dimension)
      let side = zip(plane, vector).reduce(random.float(noise)) { $0 + $1.0 * $1.1 }
      let label = grades == 0 ? (side > 0 ? 1 : 0) : (Double(min(1, max(0, side / 4 + 0.5))) * grades).rounded()
      return QualityExample(vector: vector, label: label, group: groupSize == 1 ? nil : "\(index / groupSize)")
    }
  }

  static func head(seed: UInt64 = 3) throws -> QualityHead {
    try QualityTraining(seed: seed).train(examples(120, dimension: 5, seed: seed), embedder: embedder)
  }
}

/// The vectors of texts as the texts write them: numbers between spaces.
struct WrittenVectors: TextEmbedder {
  var dimension: Int
  var identity = Samples.embedder

  func embed(_ texts: [String]) throws -> [Float] {
    texts.flatMap { $0.split(separator: " ").map { Float($0)! } }
  }
}
