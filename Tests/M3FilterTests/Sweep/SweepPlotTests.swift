import M3Filter
import M3TestSupport
import Testing

@Suite struct SweepPlotTests {
  private static func results(_ values: [String], setting: String = "min_words") -> [ProfileSweep] {
    let profile = NumbersProfile(rules: [FilterRule(reason: "short", setting: setting, .atLeast(50))])
    var sweep = FilterSweep(profiles: [profile])
    for value in values { sweep.add([profile.values(of: FilterText(value))]) }
    return sweep.results
  }

  /// Every element that is opened is closed, in order, and no character stands bare that XML needs itself.
  private static func isWellFormed(_ bytes: [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    var (open, rest): ([Substring], Substring) = ([], text[...])
    guard rest.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") else { return false }
    rest = rest.drop { $0 != "\n" }
    while let start = rest.firstIndex(of: "<") {
      let content = rest[..<start]
      guard !content.contains(">"), open.isEmpty ? content.allSatisfy(\.isWhitespace) : true else { return false }
      guard let end = rest.firstIndex(of: ">") else { return false }
      let tag = rest[rest.index(after: start)..<end]
      guard !tag.contains("<"), tag.count(where: { $0 == "\"" }) % 2 == 0 else { return false }
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { return false }
      } else if !tag.hasSuffix("/") {
        open.append(tag.prefix { $0 != " " })
      }
      rest = rest[rest.index(after: end)...]
    }
    return open.isEmpty && rest.allSatisfy(\.isWhitespace)
  }

  @Test func plotsAreWellFormedXML() {
    let ordinary = Self.results((0..<100).map { "\($0)" })
    for sweeps in [
      ordinary, Self.results([]), Self.results(["7"]), Self.results(["nan", "inf"]), ordinary + ordinary, [],
    ] {
      #expect(Self.isWellFormed(SweepPlot.svg(sweeps)))
    }
    #expect(!Self.isWellFormed(Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a><b></a></b>".utf8)))
  }

  @Test func plotsSayWhatTheyShow() {
    let svg = String(decoding: SweepPlot.svg(Self.results((0..<100).map { "\($0)" })), as: UTF8.self)
    #expect(svg.contains(">min_words</text>"))
    #expect(svg.contains(">≥ 50: 50 %</text>") || svg.contains(">≥ 50: 50.0 %</text>"))
    #expect(svg.contains(">numbers@test 1: 50.0 % of 100 texts kept</text>"))
    #expect(svg.contains("<polyline class=\"line c0\""))
    #expect(String(decoding: SweepPlot.svg(Self.results([])), as: UTF8.self).contains(">no values</text>"))
  }

  /// A threshold far beyond all values does not press the curve into a corner; an arrow points to it.
  @Test(arguments: [(1e9, true), (.infinity, true), (-1e9, false), (.nan, nil)] as [(Double, Bool?)])
  func thresholdsBeyondTheEdgeArePointedAt(threshold: Double, isRight: Bool?) {
    let profile = NumbersProfile(rules: [FilterRule(reason: "r", setting: "s", .atLeast(threshold))])
    var sweep = FilterSweep(profiles: [profile])
    for value in -50..<50 { sweep.add([profile.values(of: FilterText("\(value)"))]) }
    let bytes = SweepPlot.svg(sweep.results)
    let svg = String(decoding: bytes, as: UTF8.self)
    #expect(Self.isWellFormed(bytes))
    #expect(svg.contains("% →</text>") == (isRight == true))
    #expect(svg.contains(">← ≥ ") == (isRight == false))
    #expect(!svg.contains("class=\"mark\"") && !svg.contains("NaN"))
  }

  @Test func namesAreEscaped() {
    let bytes = SweepPlot.svg(Self.results(["1", "2"], setting: "<a & \"b\">\u{1}\n"))
    #expect(Self.isWellFormed(bytes))
    #expect(String(decoding: bytes, as: UTF8.self).contains("&lt;a &amp; &quot;b&quot;&gt;\u{FFFD} </text>"))
  }

  @Test func theSameSweepIsTheSamePicture() {
    let values = (0..<300).map { "\($0 * $0)" }
    #expect(SweepPlot.svg(Self.results(values)) == SweepPlot.svg(Self.results(values)))
  }

  @Test func axesPlaceNumbers() {
    let axis = PlotAxis(10...30)
    #expect([10, 20, 30, 40].map { axis.position($0) } == [0, 0.5, 1, 1.5])
    #expect(axis.value(at: 0.25) == 15)
    #expect(axis.ticks(4) == [10, 15, 20, 25, 30] || axis.ticks(4) == [10, 20, 30])
    let powers = PlotAxis(1...10_000, isLogarithmic: true)
    #expect(abs(powers.position(100) - 0.5) < 1e-12 && abs(powers.value(at: 0.75) - 1000) < 1e-9)
    #expect(powers.ticks(4) == [1, 100, 10_000])
    #expect(PlotAxis(0...1).ticks(4) == [0, 0.5, 1])
    for value in [0, 5, -3.0, 1e-20] {
      let alone = PlotAxis(value...value)
      #expect(alone.position(value) == 0.5 && alone.range.lowerBound < alone.range.upperBound)
    }
  }
}
