import M3Bytes

/// Sums of the vectors of each cluster, in double precision.
struct ClusterMeans {
  let width: Int
  private var sums: [Double]
  private var counts: [Int]

  init(count: Int, width: Int) {
    self.width = width
    sums = Array(repeating: 0, count: count * width)
    counts = Array(repeating: 0, count: count)
  }

  mutating func add(_ vector: UnsafePointer<Float>, to cluster: Int) {
    counts[cluster] += 1
    sums.withUnsafeMutableBufferPointer {
      let sum = $0.baseAddress! + cluster * width
      for element in 0..<width { sum[element] += Double(vector[element]) }
    }
  }

  /// The means. An empty cluster and one drawn in proportion to its size share that one's vectors: both are its mean, moved
  /// apart a little.
  mutating func centroids(random: inout SplitMix64) -> [Float] {
    var centroids = [Float](repeating: 0, count: sums.count)
    for cluster in counts.indices where counts[cluster] > 0 {
      for element in cluster * width..<(cluster + 1) * width {
        centroids[element] = Float(sums[element] / Double(counts[cluster]))
      }
    }
    for empty in counts.indices where counts[empty] == 0 {
      guard let donor = drawn(&random) else {
        // Fewer vectors than clusters: nothing is left to share.
        let copied = counts.firstIndex { $0 > 0 }!
        for element in 0..<width { centroids[empty * width + element] = centroids[copied * width + element] }
        continue
      }
      for element in 0..<width {
        let value = centroids[donor * width + element]
        let step = value / 1024 * (element % 2 == 0 ? 1 : -1)
        centroids[empty * width + element] = value + step
        centroids[donor * width + element] = value - step
      }
      counts[empty] = counts[donor] / 2
      counts[donor] -= counts[empty]
    }
    return centroids
  }

  /// A cluster in proportion to its vectors beyond the first; nil where none has two.
  private func drawn(_ random: inout SplitMix64) -> Int? {
    let total = counts.reduce(0) { $0 + max(0, $1 - 1) }
    guard total > 0 else { return nil }
    var place = Int(random.next() % UInt64(total))
    for (cluster, count) in counts.enumerated() where count > 1 {
      place -= count - 1
      if place < 0 { return cluster }
    }
    preconditionFailure("the counts add up to the total")
  }
}
