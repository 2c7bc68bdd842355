/// Small plots of a sweep, one a rule: the share of texts that each threshold keeps, the present one marked.
public enum SweepPlot {
  private static let columns = 4
  private static let panel = (width: 250.0, height: 170.0)
  private static let headHeight = 34.0
  /// Thresholds that a curve is drawn through.
  private static let steps = 120

  /// An SVG file, the same bytes for the same sweeps.
  public static func svg(_ sweeps: [ProfileSweep]) -> [UInt8] {
    let rows = sweeps.map { ($0.rules.count + columns - 1) / columns }
    let height = Double(rows.reduce(0, +)) * panel.height + Double(sweeps.count) * headHeight + 10
    var svg = SVGDocument(
      width: Double(columns) * panel.width + 20, height: height,
      title: "Share of texts kept at each threshold: \(sweeps.map(\.name).joined(separator: ", "))",
      style: PlotPanel.style)
    var top = 0.0
    for (sweep, rows) in zip(sweeps, rows) {
      let kept = sweep.textCount == 0 ? 1 : Double(sweep.keptCount) / Double(sweep.textCount)
      svg.element(
        "text", [("x", "10"), ("y", DecimalText.coordinate(top + 22)), ("class", "head")],
        "\(sweep.name) \(sweep.version): \(DecimalText.fixed(100 * kept, 1)) % of \(sweep.textCount) texts kept")
      for (place, rule) in sweep.rules.enumerated() {
        panel(rule).draw(
          into: &svg, x: 10 + Double(place % columns) * panel.width,
          y: top + headHeight + Double(place / columns) * panel.height, width: panel.width, height: panel.height)
      }
      top += headHeight + Double(rows) * panel.height
    }
    return svg.bytes
  }

  private static func panel(_ sweep: RuleSweep) -> PlotPanel {
    let bound = sweep.rule.bound
    let axis = axis(sweep)
    var panel = PlotPanel(title: sweep.rule.setting, horizontal: axis ?? PlotAxis(0...1), vertical: PlotAxis(0...1))
    panel.verticalText = { "\(DecimalText.fixed(100 * $0, 0)) %" }
    guard let axis else {
      panel.remark = "no values"
      return panel
    }
    let thresholds = (0...steps).map { axis.value(at: Double($0) / Double(steps)) }
    panel.lines = [.init(points: thresholds.map { ($0, sweep.kept(at: $0)) })]
    let kept = DecimalText.fixed(100 * sweep.kept(at: bound.threshold), 1)
    panel.marks = [
      .init(
        x: bound.threshold, text: "\(bound.relation.rawValue) \(DecimalText.significant(bound.threshold, 4)): \(kept) %"
      )
    ]
    return panel
  }

  /// From the 0.5th to the 99.5th percentile, and to the present threshold unless that would press the curve into a
  /// corner; logarithmic for positive numbers of very different sizes.
  private static func axis(_ sweep: RuleSweep) -> PlotAxis? {
    guard let low = sweep.quantile(0.005), let high = sweep.quantile(0.995), low.isFinite, high.isFinite else {
      return nil
    }
    let threshold = sweep.rule.bound.threshold
    guard threshold.isFinite else { return PlotAxis(low...high) }
    let wide = min(low, threshold)...max(high, threshold)
    if wide.lowerBound > 0, wide.upperBound / wide.lowerBound > 30 { return PlotAxis(wide, isLogarithmic: true) }
    let isNear = low == high || wide.upperBound - wide.lowerBound <= 4 * (high - low)
    return PlotAxis(isNear ? wide : low...high)
  }
}
