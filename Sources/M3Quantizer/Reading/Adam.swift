/// Adam (Kingma and Ba, 2014, arXiv 1412.6980).
package struct Adam {
  /// The second moment forgets sooner than usual (0.999): there are few steps.
  private static let decays = (first: 0.9, second: 0.99)
  private var means: [Double]
  private var squares: [Double]
  private var stepCount = 0

  package init(count: Int) {
    means = Array(repeating: 0, count: count)
    squares = means
  }

  /// Moves parameters against the gradient.
  package mutating func step(_ parameters: inout [Double], gradient: [Double], rate: Double) {
    stepCount += 1
    let (first, second) = Self.decays
    // Of the means over so few steps, which begin at 0.
    var (firstPower, secondPower) = (1.0, 1.0)
    for _ in 0..<stepCount { (firstPower, secondPower) = (firstPower * first, secondPower * second) }
    for index in parameters.indices {
      means[index] = first * means[index] + (1 - first) * gradient[index]
      squares[index] = second * squares[index] + (1 - second) * gradient[index] * gradient[index]
      let mean = means[index] / (1 - firstPower)
      let deviation = (squares[index] / (1 - secondPower)).squareRoot()
      parameters[index] -= rate * mean / (deviation + 1e-8)
    }
  }
}
