package import M3Bytes
package import M3Memory
import M3Tensor

/// The writing side of a codebook's transform: components of what a memory is beyond its prediction.
package final class ResidualTransform: Sendable {
  private let codebook: PredictedCodebook
  private let prediction: FeaturePrediction
  /// By block: its rows of A.
  private let analysis: [PackedFactor]
  private let basis: PackedFactor
  /// (P, R): the basis of predictions in components, negated. A prediction never becomes directions, of which there are
  /// many times as many.
  private let predictionComponents: PackedFactor
  private let kernels: Kernels

  /// - Parameter codebook: as its file would hold it; otherwise it is rounded first.
  package convenience init(_ codebook: PredictedCodebook) {
    let (rounded, kernels) = (codebook.rounded, Kernels.best)
    self.init(rounded, prediction: FeaturePrediction(rounded, kernels: kernels), kernels: kernels)
  }

  init(_ codebook: PredictedCodebook, prediction: FeaturePrediction, kernels: Kernels) {
    self.codebook = codebook
    self.prediction = prediction
    self.kernels = kernels
    let dimension = codebook.shape.headDimension
    analysis = codebook.mapBlocks(of: codebook.analysis) { rows, count in
      PackedFactor(depth: dimension, columns: count, transposed: rows, kernels: kernels)
    }
    basis = PackedFactor(
      depth: codebook.directionCount, columns: codebook.componentCount, transposed: codebook.basis[...],
      kernels: kernels)
    predictionComponents = Self.predictionComponents(codebook, basis: basis, kernels: kernels)
  }

  private static func predictionComponents(
    _ codebook: PredictedCodebook, basis: PackedFactor, kernels: Kernels
  ) -> PackedFactor {
    let (rank, directionCount, width) = (codebook.predictionRank, codebook.directionCount, codebook.componentCount)
    let components = FloatBuffer(uninitializedCount: rank * width)
    codebook.predictionBasis.withUnsafeBufferPointer {
      guard let first = $0.baseAddress else { return }
      basis.multiply(
        rows: rank, first, stride: directionCount, into: components.pointer, outStride: width, accumulating: false,
        kernels: kernels)
    }
    return PackedFactor(
      depth: rank, columns: width, elements: components.elements[..<(rank * width)].map { -$0 }[...],
      kernels: kernels)
  }

  /// y of a memory before rotation: (T, R).
  /// - Precondition: features of the memory's tokens, of the codebook's kind; the codebook's shape.
  /// - Throws: ``FormatError`` where the memory leaves tokens out.
  package func residuals(of memory: SparseMemory, features: TokenFeatures) throws(FormatError) -> [Float] {
    precondition(memory.shape == codebook.shape, "a memory of the codebook's shape")
    precondition(features.tokenCount == memory.tokenCount, "features of the memory's tokens")
    if let entry = memory.counts.firstIndex(where: { $0 != memory.tokenCount }) {
      throw FormatError(
        .mismatch(expected: "all \(memory.tokenCount) tokens", found: "\(memory.counts[entry]) in head \(entry)"),
        field: "counts")
    }
    let (count, width) = (memory.tokenCount, codebook.componentCount)
    let directionCount = codebook.directionCount
    let z = FloatBuffer(uninitializedCount: count * directionCount)
    let coordinates = FloatBuffer(uninitializedCount: count * prediction.rank)
    let y = FloatBuffer(uninitializedCount: count * width)
    project(memory, into: z.pointer, stride: directionCount)
    prediction.coordinates(of: features, into: coordinates.pointer)
    basis.multiply(
      rows: count, z.pointer, stride: directionCount, into: y.pointer, outStride: width, accumulating: false,
      kernels: kernels)
    predictionComponents.multiply(
      rows: count, coordinates.pointer, stride: prediction.rank, into: y.pointer, outStride: width,
      accumulating: true, kernels: kernels)
    return Array(y.elements[..<(count * width)])
  }

  /// z of every token: (T, Q).
  private func project(_ memory: SparseMemory, into z: UnsafeMutablePointer<Float>, stride: Int) {
    let (count, dimension) = (memory.tokenCount, codebook.shape.headDimension)
    let centred = FloatBuffer(uninitializedCount: count * dimension)
    var column = 0
    for (block, factor) in analysis.enumerated() where factor.columns > 0 {
      let vectors = block.isMultiple(of: 2) ? memory.keys : memory.values
      let first = block / 2 * count * dimension
      for element in 0..<count * dimension {
        centred.pointer[element] = vectors[first + element] - codebook.means[block * dimension + element % dimension]
      }
      factor.multiply(
        rows: count, centred.pointer, stride: dimension, into: z + column, outStride: stride, accumulating: false,
        kernels: kernels)
      column += factor.columns
    }
  }
}
