import Glibc
import M3Inference
import M3TestSupport
import Testing

@Suite struct SamplerTests {
  private func draw(_ logits: [Float], _ change: (inout Sampler.Settings) -> Void, count: Int = 1) -> [Int32] {
    var settings = Sampler.Settings()
    change(&settings)
    var sampler = Sampler(settings)
    return (0..<count).map { _ in logits.withUnsafeBufferPointer { sampler.draw($0) } }
  }

  /// Around the sixteen lanes, the largest at each place.
  @Test(arguments: [1, 2, 15, 16, 17, 31, 32, 33, 100])
  func greedyTakesTheLargest(count: Int) {
    var random = Randomness(seed: UInt64(count))
    let logits = random.floats(count)
    for place in 0..<count {
      var changed = logits
      changed[place] = 9
      #expect(draw(changed) { _ in } == [Int32(place)])
    }
  }

  @Test func greedyTakesTheSmallerOfEqualOnes() {
    #expect(draw([1, 3, 3, 2]) { _ in } == [1])
    #expect(draw([Float](repeating: -.infinity, count: 3)) { _ in } == [0])
    #expect(draw([.nan, 1, .nan, 4, .nan]) { _ in } == [3])
  }

  @Test(arguments: [[Float.nan, .nan], [1, .infinity, 2], [-.infinity, -.infinity]])
  func logitsWithoutDifferencesGiveTheLargest(logits: [Float]) {
    let expected = Int32(logits.firstIndex(of: .infinity) ?? 0)
    #expect(draw(logits) { ($0.temperature, $0.topP) = (1, 0.9) } == [expected])
  }

  @Test func theSeedDecides() {
    var random = Randomness(seed: 4)
    let logits = random.floats(300, 2)
    let settings: [(inout Sampler.Settings) -> Void] = [7, 7, 8].map { seed in
      { ($0.temperature, $0.seed) = (1, seed) }
    }
    let drawn = settings.map { draw(logits, $0, count: 50) }
    #expect(drawn[0] == drawn[1])
    #expect(drawn[0] != drawn[2])
  }

  /// Frequencies of 40,000 draws against softmax(logits / temperature) over what is allowed.
  @Test(arguments: [
    (Float(1), 0, Float(1)), (0.5, 0, 1), (2, 3, 1), (1, 0, 0.6), (1.5, 4, 0.8), (1, 1, 1), (1, 0, 1e-6),
  ])
  func frequenciesAreProbabilities(temperature: Float, topK: Int, topP: Float) {
    let logits: [Float] = [0.5, 2, -1, 1.5, 0, -3, .nan]
    let expected = probabilities(logits, temperature: temperature, topK: topK, topP: topP)
    let count = 40_000
    let drawn = draw(
      logits, { ($0.temperature, $0.topK, $0.topP, $0.seed) = (temperature, topK, topP, 11) }, count: count)
    for (token, probability) in expected.enumerated() {
      let found = Double(drawn.count { $0 == Int32(token) }) / Double(count)
      let deviation = (probability * (1 - probability) / Double(count)).squareRoot()
      #expect(abs(found - probability) <= 4 * deviation, "token \(token)")
    }
  }

  private func probabilities(_ logits: [Float], temperature: Float, topK: Int, topP: Float) -> [Double] {
    let order = logits.indices.filter { !logits[$0].isNaN }.sorted { logits[$0] > logits[$1] }
    let allowed = topK == 0 ? order : Array(order.prefix(topK))
    func softmax(_ tokens: [Int]) -> [Double] {
      let weights = tokens.map { exp(Double(logits[$0]) / Double(temperature)) }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    var kept: [Int] = []
    var sum = 0.0
    for (token, probability) in zip(allowed, softmax(allowed)) where sum < Double(topP) {
      kept.append(token)
      sum += probability
    }
    var result = [Double](repeating: 0, count: logits.count)
    for (token, probability) in zip(kept, softmax(kept)) { result[token] = probability }
    return result
  }
}
