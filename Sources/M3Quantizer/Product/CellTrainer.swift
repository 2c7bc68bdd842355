import M3Bytes
import M3Codec
import M3Tensor

/// Trains one cell: mean, rotation and centroids.
struct CellTrainer {
  var layout: ProductLayout
  var seed: UInt64
  var workers: Int
  var iterations: Int
  var refinements: Int
  var beam: Int

  /// - Parameter rows: at least one.
  func cell(_ rows: CellRows) -> ProductCell {
    let centred = rows.centred.spread(Self.mostRows * layout.stages.map(\.centroidCount).max()!)
    var cell = ProductCell(
      mean: Array(repeating: 0, count: layout.dimension), rotation: rotation(centred),
      centroids: Array(repeating: 0, count: layout.centroidElementCount))
    cluster(centred, &cell)
    for _ in 0..<refinements { refine(centred, &cell) }
    cell.mean = rows.mean
    for index in cell.centroids.indices { cell.centroids[index] = Float(Float16(cell.centroids[index])) }
    return cell
  }

  /// A rotation to begin with. Where several stages follow, it is first fitted to a single product quantizer.
  private func rotation(_ rows: Rows) -> [Float] {
    guard layout.isRotated else { return [] }
    guard layout.stages.count > 1 else {
      return RotationTraining.principal(rows, subspaceWidths: layout.codes.map(\.elements.count))
    }
    let last = layout.stages[layout.stages.count - 1]
    let simple = ProductLayout(
      dimension: layout.dimension, isRotated: true,
      stages: [.init(subspaceCount: last.subspaceCount, centroidCount: min(256, last.centroidCount))])
    var trainer = self
    trainer.layout = simple
    trainer.iterations = 4
    let sample = rows.spread(Self.rotationRows)
    return trainer.cell(CellRows(mean: Array(repeating: 0, count: rows.width), centred: sample)).rotation
  }

  private static let rotationRows = 65_536

  /// Vectors a centroid that are used at most, as in FAISS: more hardly help.
  private static let mostRows = 256

  /// Trains code after code on what the stages before them leave.
  private func cluster(_ centred: Rows, _ cell: inout ProductCell) {
    let residuals = rotated(centred, cell.rotation)
    for stage in layout.stages.indices {
      for (index, code) in layout.codes.enumerated() where code.stage == stage {
        let means = KMeans(
          centroidCount: code.centroidCount, iterations: iterations, seed: seed ^ UInt64(index) << 48, workers: workers)
        let centroids = means.centroids(residuals, elements: code.elements)
        cell.centroids.replaceSubrange(
          code.centroidStart..<code.centroidStart + centroids.count, with: centroids)
        if stage < layout.stages.count - 1 { subtract(code, centroids, from: residuals) }
      }
    }
  }

  private func subtract(_ code: ProductLayout.Code, _ centroids: [Float], from residuals: Rows) {
    let search = CentroidAssignment(centroids, count: code.centroidCount, width: code.elements.count)
    RowTasks.run(count: residuals.count, workers: workers) { range in
      search.subtractNearest(residuals, range, elements: code.elements)
    }
  }

  /// One pass: codes by the cell as it is; then each code's centroids as the means of what the others leave; then the
  /// rotation. With the codes kept, no step raises the squared error.
  private func refine(_ centred: Rows, _ cell: inout ProductCell) {
    let codes = CodeRows(count: centred.count, width: layout.codeCount)
    let encoder = ProductEncoder(layout, cell, beam: beam)
    RowTasks.run(count: centred.count, workers: workers) {
      encoder.encode(centred[$0.lowerBound], count: $0.count, into: codes[$0.lowerBound])
    }
    // What all codes together leave; a code's own centroid is added again while it is fitted.
    let residuals = rotated(centred, cell.rotation)
    for index in layout.codes.indices { add(index, cell, codes, to: residuals, scale: -1) }
    var random = SplitMix64(state: seed)
    for (index, code) in layout.codes.enumerated() {
      add(index, cell, codes, to: residuals, scale: 1)
      var means = ClusterMeans(count: code.centroidCount, width: code.elements.count)
      for row in 0..<residuals.count {
        means.add(residuals[row] + code.elements.lowerBound, to: Int(codes[row][index]))
      }
      let centroids = means.centroids(random: &random)
      cell.centroids.replaceSubrange(code.centroidStart..<code.centroidStart + centroids.count, with: centroids)
      add(index, cell, codes, to: residuals, scale: -1)
    }
    guard layout.isRotated else { return }
    let decoded = rotated(centred, cell.rotation)
    for index in 0..<decoded.count * decoded.width { decoded.pointer[index] -= residuals.pointer[index] }
    cell.rotation = RotationTraining.nearest(centred, decoded: decoded, previous: cell.rotation)
  }

  /// Adds ±1 times each row's centroid of one code.
  private func add(_ index: Int, _ cell: ProductCell, _ codes: CodeRows, to rows: Rows, scale: Float) {
    let code = layout.codes[index]
    cell.centroids.withUnsafeBufferPointer { centroids in
      for row in 0..<rows.count {
        let centroid = centroids.baseAddress! + code.centroidStart + Int(codes[row][index]) * code.elements.count
        let target = rows[row] + code.elements.lowerBound
        for element in 0..<code.elements.count { target[element] += scale * centroid[element] }
      }
    }
  }

  /// (count, D) of R · x; a copy where there is no rotation.
  private func rotated(_ rows: Rows, _ rotation: [Float]) -> Rows {
    guard layout.isRotated else { return rows.copy() }
    let result = Rows(count: rows.count, width: rows.width)
    let kernels = Kernels.best
    let size = rows.width
    let packed = FloatBuffer(uninitializedCount: kernels.padded(size) * size)
    kernels.packTransposed(columns: size, depth: size, rotation, stride: size, into: packed.pointer)
    RowTasks.run(count: rows.count, workers: workers) {
      kernels.multiply(
        rows: $0.count, columns: size, depth: size, rows[$0.lowerBound], stride: size, packed: packed.pointer,
        into: result[$0.lowerBound], stride: size)
    }
    return result
  }
}
