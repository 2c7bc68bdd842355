import M3Command
import Testing

@Suite("Numbers for people")
struct NumberTests {
  @Test(arguments: [
    (0.0, 2, "0.00"), (1.005, 1, "1.0"), (-0.04, 1, "0.0"), (-2.5, 0, "-3"), (1234.5678, 3, "1234.568"),
    (0.05, 1, "0.1"),
    (99.996, 2, "100.00"),
  ])
  func decimals(value: Double, digits: Int, text: String) {
    #expect(value.formatted(decimals: digits) == text)
  }

  @Test func notANumber() {
    #expect(Double.nan.formatted(decimals: 1) == "nan")
    #expect(Double.infinity.formatted(decimals: 1) == "inf")
  }
}
