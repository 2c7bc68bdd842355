import M3Filter
import Testing

@Suite struct DecimalTextTests {
  @Test(arguments: [
    (0, 2, "0.00"), (1.005, 1, "1.0"), (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (-1.26, 1, "-1.3"), (99.95, 1, "100.0"),
    (12, 0, "12"), (0.5, 0, "1"), (1e20, 2, "1e+20"), (.nan, 2, "NaN"), (-.infinity, 2, "-∞"),
  ])
  func fixed(value: Double, digits: Int, text: String) {
    #expect(DecimalText.fixed(value, digits) == text)
  }

  @Test(arguments: [
    (0, 4, "0"), (0.05123, 3, "0.0512"), (0.5, 3, "0.5"), (0.3, 4, "0.3"), (1234.56, 4, "1235"), (12.346, 4, "12.35"),
    (100_000, 4, "100000"), (-0.25, 3, "-0.25"), (0.000123456, 3, "0.000123"), (9.9996, 4, "10"), (1e-9, 3, "1e-09"),
  ])
  func significant(value: Double, digits: Int, text: String) {
    #expect(DecimalText.significant(value, digits) == text)
  }

  @Test(arguments: [(1.0, "1"), (1.5, "1.5"), (1.25, "1.25"), (10.004, "10"), (-0.001, "0"), (100, "100")])
  func coordinate(value: Double, text: String) {
    #expect(DecimalText.coordinate(value) == text)
  }
}
