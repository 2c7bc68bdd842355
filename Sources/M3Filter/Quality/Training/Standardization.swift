/// Mean and deviation of each element of a set of vectors.
package struct Standardization: Sendable, Equatable {
  package var mean: [Double]
  /// Population standard deviation; 1 for an element that never changes.
  package var deviation: [Double]

  init(mean: [Double], deviation: [Double]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// - Parameter vectors: at least one, all of one length.
  package init(_ vectors: some Collection<[Float]>) {
    let count = Double(vectors.count)
    var mean = [Double](repeating: 0, count: vectors.first!.count)
    for vector in vectors {
      for (element, value) in vector.enumerated() { mean[element] += Double(value) }
    }
    for element in mean.indices { mean[element] /= count }
    var deviation = [Double](repeating: 0, count: mean.count)
    for vector in vectors {
      for (element, value) in vector.enumerated() {
        let difference = Double(value) - mean[element]
        deviation[element] += difference * difference
      }
    }
    for element in deviation.indices {
      let found = (deviation[element] / count).squareRoot()
      // A constant's mean is rounded, so its deviation may be a speck above zero.
      deviation[element] = found > 1e-12 * max(1, abs(mean[element])) ? found : 1
    }
    self.init(mean: mean, deviation: deviation)
  }
}
