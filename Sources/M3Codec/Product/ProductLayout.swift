import M3Tensor

/// How a vector is cut and coded: additive stages, each a product quantizer of what the ones before it left, after an
/// optional rotation.
///
/// - `pq`: one stage of M subspaces. `opq`: the same, rotated. `residual`: stages of one subspace.
/// - `memory3` (paper, section 3.3; FAISS's `OPQ20_80,Residual2x14,PQ8x10`): rotated, 2 subspaces × 14 bits, then 8 × b.
public struct ProductLayout: Sendable, Equatable {
  /// A product quantizer: the vector's elements in `subspaceCount` runs as equal as they can be, the longer ones first.
  public struct Stage: Sendable, Equatable {
    public var subspaceCount: Int
    /// K, of every subspace: 2 … 65,536.
    public var centroidCount: Int

    public init(subspaceCount: Int, centroidCount: Int) {
      self.subspaceCount = subspaceCount
      self.centroidCount = centroidCount
    }

    /// Bits of a code.
    public var bits: Int { Int.bitWidth - (centroidCount - 1).leadingZeroBitCount }
  }

  /// One code of a vector.
  package struct Code: Sendable, Equatable {
    package let stage: Int
    /// Elements that it is of.
    package let elements: Range<Int>
    /// Where its (K, elements.count) centroids begin among a cell's.
    package let centroidStart: Int
    package let centroidCount: Int
    package let bits: Int
  }

  /// D.
  public let dimension: Int
  public let isRotated: Bool
  public let stages: [Stage]
  package let codes: [Code]

  /// - Precondition: ``isValid(dimension:stages:)``.
  public init(dimension: Int, isRotated: Bool, stages: [Stage]) {
    precondition(Self.isValid(dimension: dimension, stages: stages), "stages that fit the dimension")
    self.dimension = dimension
    self.isRotated = isRotated
    self.stages = stages
    var codes: [Code] = []
    var centroidStart = 0
    for (index, stage) in stages.enumerated() {
      var element = 0
      for subspace in 0..<stage.subspaceCount {
        let width = dimension / stage.subspaceCount + (subspace < dimension % stage.subspaceCount ? 1 : 0)
        codes.append(
          Code(
            stage: index, elements: element..<element + width, centroidStart: centroidStart,
            centroidCount: stage.centroidCount, bits: stage.bits))
        element += width
        centroidStart += width * stage.centroidCount
      }
    }
    self.codes = codes
  }

  /// Largest head dimension.
  static let mostElements = 1024

  /// Whether all of these can be made: 1 … 1,024 elements, at most 64 codes, none of an empty subspace.
  public static func isValid(dimension: Int, stages: [Stage]) -> Bool {
    guard (1...mostElements).contains(dimension), !stages.isEmpty, stages.count <= Kernels.mostCodes else {
      return false
    }
    let fits = stages.allSatisfy {
      (1...min(dimension, Kernels.mostCodes)).contains($0.subspaceCount) && (2...65_536).contains($0.centroidCount)
    }
    return fits && stages.reduce(0) { $0 + $1.subspaceCount } <= Kernels.mostCodes
  }

  public var codeCount: Int { codes.count }

  /// Bytes of a vector: its codes' bits, rounded up to whole bytes.
  public var vectorSize: Int { (codes.reduce(0) { $0 + $1.bits } + 7) / 8 }

  /// Elements of a cell's centroids: D · K of each stage.
  public var centroidElementCount: Int { stages.reduce(0) { $0 + dimension * $1.centroidCount } }

  /// Whether encoding can search several stages ahead: each has one subspace.
  public var isResidual: Bool { stages.count > 1 && stages.allSatisfy { $0.subspaceCount == 1 } }
}

extension ProductLayout {
  /// M subspaces × bits.
  public static func pq(dimension: Int, subspaces: Int, bits: Int, isRotated: Bool = false) -> ProductLayout {
    ProductLayout(
      dimension: dimension, isRotated: isRotated,
      stages: [Stage(subspaceCount: subspaces, centroidCount: 1 << bits)])
  }

  /// Stages × bits.
  public static func residual(dimension: Int, stages: Int, bits: Int) -> ProductLayout {
    ProductLayout(
      dimension: dimension, isRotated: false,
      stages: Array(repeating: Stage(subspaceCount: 1, centroidCount: 1 << bits), count: stages))
  }

  /// The paper's structure in so many bytes: 2 × 14 bits, then 8 subspaces of as many bits as are left, b = ⌊(8 · bytes − 28) / 8⌋.
  /// - Returns: nil where b is not within 1 … 16, or there are fewer than 8 elements.
  public static func memory3(dimension: Int, bytes: Int) -> ProductLayout? {
    let bits = (8 * bytes - 28) / 8
    guard (1...16).contains(bits), dimension >= 8 else { return nil }
    return ProductLayout(
      dimension: dimension, isRotated: true,
      stages: [
        Stage(subspaceCount: 2, centroidCount: 1 << 14), Stage(subspaceCount: 8, centroidCount: 1 << bits),
      ])
  }
}
