import M3Quantizer
import Testing

@Suite struct AdamTests {
  /// The first step is the rate, whatever the gradient's size. For the second one, of the first parameter: the mean
  /// .9 · .05 − .1 · .5 = −.005, by 1 − .81 −.0263158; the square .99 · .0025 + .01 · .25 = .004975, by 1 − .9801 .25; so
  /// −.1 · −.0263158 / .5 = .00526316.
  @Test func stepsByHand() {
    var optimizer = Adam(count: 3)
    var parameters = [1.0, -2, 7]
    optimizer.step(&parameters, gradient: [0.5, -4, 0], rate: 0.1)
    expect(parameters, [0.9, -1.9, 7])
    optimizer.step(&parameters, gradient: [-0.5, -4, 0], rate: 0.1)
    expect(parameters, [0.9 + 0.00526316, -1.8, 7])
  }

  private func expect(_ found: [Double], _ expected: [Double]) {
    for (found, expected) in zip(found, expected) { #expect((found - expected).magnitude < 1e-7) }
  }

  /// Down a bowl, wherever it begins.
  @Test(arguments: [-3.0, 0.5, 40])
  func findsTheLeast(start: Double) {
    var optimizer = Adam(count: 2)
    var parameters = [start, -start]
    for _ in 0..<2000 {
      optimizer.step(&parameters, gradient: [2 * (parameters[0] - 1), 20 * (parameters[1] + 2)], rate: 0.05)
    }
    #expect((parameters[0] - 1).magnitude < 0.01 && (parameters[1] + 2).magnitude < 0.01)
  }
}
