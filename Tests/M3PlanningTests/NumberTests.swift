import M3Planning
import Testing

@Suite("Numbers as texts")
struct NumberTests {
  @Test(
    "three digits",
    arguments: [
      (0, "0"), (1, "1.00"), (2.238500044800, "2.24"), (0.000144179, "0.000144"), (13_388.36, "13,400"), (999.4, "999"),
      (999.5, "1,000"), (9.994, "9.99"), (9.996, "10.0"), (99.96, "100"), (0.09996, "0.100"), (-12.345, "-12.3"),
      (1_234_567, "1,230,000"), (0.5, "0.500"), (1e-15, "0.00000000000000100"), (1e300, "1e+300"), (.infinity, "inf"),
    ])
  func rounded(_ value: Double, _ text: String) {
    #expect(PlanNumber.rounded(value) == text)
  }

  @Test(
    "commas",
    arguments: [
      (0, "0"), (12, "12"), (123, "123"), (1234, "1,234"), (-123_456, "-123,456"), (1_000_000, "1,000,000"),
      (Int.max, "9,223,372,036,854,775,807"), (Int.min, "-9,223,372,036,854,775,808"),
    ])
  func grouped(_ value: Int, _ text: String) {
    #expect(PlanNumber.grouped(value) == text)
  }

  @Test(
    "bytes in powers of 1024",
    arguments: [
      (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.00 KB"), (1_048_575, "1,020 KB"), (1 << 20, "1.00 MB"),
      (39_424, "38.5 KB"), (Int.max, "8.00 EB"),
    ])
  func bytes(_ count: Int, _ text: String) {
    #expect(PlanNumber.bytes(count) == text)
  }
}
