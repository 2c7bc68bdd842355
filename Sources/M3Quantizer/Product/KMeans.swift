import M3Bytes

/// Lloyd's algorithm: centroids that are the means of the vectors nearest to them.
///
/// Begins with distinct rows drawn at random. An empty cluster takes half of one drawn in proportion to its size, as FAISS
/// does. The result does not depend on the number of workers.
struct KMeans {
  var centroidCount: Int
  var iterations: Int
  var seed: UInt64
  var workers: Int

  /// - Parameters:
  ///   - rows: at least one.
  ///   - elements: of each row, that are clustered.
  /// - Returns: (K, elements.count).
  func centroids(_ rows: Rows, elements: Range<Int>) -> [Float] {
    var random = SplitMix64(state: seed)
    let width = elements.count
    var centroids = drawn(rows, elements, &random)
    let codes = CodeRows(count: rows.count, width: 1)
    for _ in 0..<iterations {
      let assignment = CentroidAssignment(centroids, count: centroidCount, width: width)
      RowTasks.run(count: rows.count, workers: workers) {
        assignment.nearest(rows, $0, elements: elements, into: codes[$0.lowerBound])
      }
      var means = ClusterMeans(count: centroidCount, width: width)
      for row in 0..<rows.count { means.add(rows[row] + elements.lowerBound, to: Int(codes[row][0])) }
      centroids = means.centroids(random: &random)
    }
    return centroids
  }

  private func drawn(_ rows: Rows, _ elements: Range<Int>, _ random: inout SplitMix64) -> [Float] {
    precondition(rows.count > 0, "something to cluster")
    // Fisher–Yates as far as it is needed; with fewer rows than centroids they stand several times, slightly moved.
    var order = Array(0..<rows.count)
    for place in 0..<min(centroidCount, rows.count) {
      order.swapAt(place, place + Int(random.next() % UInt64(rows.count - place)))
    }
    var centroids: [Float] = []
    centroids.reserveCapacity(centroidCount * elements.count)
    for index in 0..<centroidCount {
      let row = rows[order[index % rows.count]]
      let scale = 1 + Float(index / rows.count) / 1024
      for element in elements { centroids.append(row[element] * scale) }
    }
    return centroids
  }
}
