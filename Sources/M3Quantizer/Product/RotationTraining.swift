import M3Codec

/// Rotations that suit a product quantizer (Ge, He, Ke, Sun, 2013, doi:10.1109/CVPR.2013.379).
enum RotationTraining {
  /// Principal directions, shared out so that the product of the variances is alike in all subspaces ("eigenvalue
  /// allocation"): the rotation to begin with.
  ///
  /// - Parameter rows: centred.
  /// - Returns: (D, D).
  static func principal(_ rows: Rows, subspaceWidths: [Int]) -> [Float] {
    let size = rows.width
    let directions = SingularValues(RowProducts.sum(rows, rows), size: size)
    let order = (0..<size).sorted { (directions.values[$0], $1) > (directions.values[$1], $0) }
    let floor = max(directions.values.max() ?? 0, 1) * 1e-12
    var subspaces = subspaceWidths.map { (logarithm: 0.0, directions: [Int](), width: $0) }
    for direction in order {
      let open = subspaces.indices.filter { subspaces[$0].directions.count < subspaces[$0].width }
      let chosen = open.min { subspaces[$0].logarithm < subspaces[$1].logarithm }!
      // Relative to the smallest, so that every direction adds.
      subspaces[chosen].logarithm += (max(directions.values[direction], floor) / floor).logarithm + 1e-9
      subspaces[chosen].directions.append(direction)
    }
    return subspaces.flatMap { subspace in
      subspace.directions.flatMap { direction in (0..<size).map { Float(directions.right(direction, $0)) } }
    }
  }

  /// The rotation R that brings R · x nearest to what it was decoded to (orthogonal Procrustes, Schönemann, 1966,
  /// doi:10.1007/BF02289451). Where that leaves directions free, they stay near to those of `previous`.
  ///
  /// - Parameters:
  ///   - rows: x, centred.
  ///   - decoded: of the same rows, rotated.
  ///   - previous: (D, D).
  static func nearest(_ rows: Rows, decoded: Rows, previous: [Float]) -> [Float] {
    let size = rows.width
    var products = RowProducts.sum(decoded, rows)
    let power = products.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for index in products.indices { products[index] += (1e-9 * power + 1e-30) * Double(previous[index]) }
    let values = SingularValues(products, size: size)
    var rotation = [Double](repeating: 0, count: size * size)
    for vector in 0..<size {
      for row in 0..<size {
        let left = values.left(vector, row)
        for column in 0..<size { rotation[row * size + column] += left * values.right(vector, column) }
      }
    }
    return rotation.map { Float($0) }
  }
}

extension Double {
  /// log₂ to within a few percent of an octave, by the exponent and the linear part: enough to balance by, and the same
  /// everywhere.
  fileprivate var logarithm: Double { Double(exponent) + significand - 1 }
}
