import M3Codec
import M3JSON
import M3Memory
import M3TestSupport

extension ProductLayout {
  /// Layouts of every kind, with codes that are no whole bytes and centroids that are no power of two.
  static func samples(dimension: Int) -> [(name: String, layout: ProductLayout)] {
    [
      ("pq", .pq(dimension: dimension, subspaces: 3, bits: 5)),
      ("pq", .pq(dimension: dimension, subspaces: 4, bits: 8)),
      ("opq", .pq(dimension: dimension, subspaces: 2, bits: 6, isRotated: true)),
      ("residual", .residual(dimension: dimension, stages: 3, bits: 4)),
      (
        "residual",
        ProductLayout(
          dimension: dimension, isRotated: false,
          stages: [.init(subspaceCount: 1, centroidCount: 3), .init(subspaceCount: 1, centroidCount: 11)])
      ),
      (
        "memory3",
        ProductLayout(
          dimension: dimension, isRotated: true,
          stages: [.init(subspaceCount: 2, centroidCount: 1200), .init(subspaceCount: 4, centroidCount: 7)])
      ),
    ]
  }
}

extension ProductCodebook {
  static func random(
    _ random: inout Randomness, _ shape: MemoryShape, _ scope: CodebookScope, _ name: String, _ layout: ProductLayout
  ) -> ProductCodebook {
    let cells = (0..<scope.cellCount(shape)).map { _ in
      ProductCell(
        mean: random.floats(layout.dimension),
        rotation: layout.isRotated ? rotation(&random, layout.dimension) : [],
        centroids: random.floats(layout.centroidElementCount, 3).map { Float(Float16($0)) })
    }
    return ProductCodebook(
      name: name, shape: shape, scope: scope, layout: layout, cells: cells, producer: ["model": "random"], seed: 7,
      sampleSize: 4096)
  }

  /// A random reflection, 1 − 2vvᵀ: orthogonal, and its rows reversed, so that it is not its own transpose.
  private static func rotation(_ random: inout Randomness, _ dimension: Int) -> [Float] {
    let vector = (0..<dimension).map { _ in Double(random.float()) }
    let power = vector.reduce(0) { $0 + $1 * $1 }
    return (0..<dimension).reversed().flatMap { row in
      (0..<dimension).map { Float((row == $0 ? 1 : 0) - 2 * vector[row] * vector[$0] / power) }
    }
  }
}

/// The definition of encoding and decoding in double precision.
struct PlainProductCell {
  let layout: ProductLayout
  let cell: ProductCell

  func rotated(_ x: [Double], back: Bool = false) -> [Double] {
    guard layout.isRotated else { return x }
    let size = layout.dimension
    return (0..<size).map { row in
      (0..<size).reduce(0) { $0 + Double(cell.rotation[back ? $1 * size + row : row * size + $1]) * x[$1] }
    }
  }

  /// In the rotated space: one code's centroid among zeros.
  func centroid(_ code: Int, _ value: Int) -> [Double] {
    let code = layout.codes[code]
    var vector = [Double](repeating: 0, count: layout.dimension)
    for (place, element) in code.elements.enumerated() {
      vector[element] = Double(cell.centroids[code.centroidStart + value * code.elements.count + place])
    }
    return vector
  }

  func decoded(_ codes: [Int]) -> [Double] {
    let sum = codes.enumerated().reduce([Double](repeating: 0, count: layout.dimension)) { sum, code in
      zip(sum, centroid(code.offset, code.element)).map(+)
    }
    return zip(rotated(sum, back: true), cell.mean).map { $0 + Double($1) }
  }

  /// The codes found by following `beam` sequences; 1 is the greedy search of all layouts but `residual`.
  func codes(_ x: [Float], beam: Int) -> [Int] {
    let centred = rotated(zip(x, cell.mean).map { Double($0) - Double($1) })
    var sequences = [(codes: [Int](), rest: centred)]
    for (index, code) in layout.codes.enumerated() {
      var next: [(codes: [Int], rest: [Double], error: Double)] = []
      for sequence in sequences {
        for value in 0..<code.centroidCount {
          let rest = zip(sequence.rest, centroid(index, value)).map(-)
          next.append((sequence.codes + [value], rest, rest.reduce(0) { $0 + $1 * $1 }))
        }
      }
      sequences = next.sorted { $0.error < $1.error }.prefix(beam).map { ($0.codes, $0.rest) }
    }
    return sequences[0].codes
  }
}
