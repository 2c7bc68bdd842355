import M3Command
import M3Filter

/// Curves of recovered against bytes a reference: logarithmic bytes, a colour and a marker a series, bars for intervals,
/// and the ceiling at 1.
struct FidelityPlot {
  private let series: [(name: String, points: [Point])]
  private let horizontal: PlotAxis
  private let vertical: PlotAxis
  private let remark: String

  private static let frame = (x: 58.0, y: 62.0, width: 600.0, height: 400.0)

  /// Names of series stand beside the frame; a letter is about so wide.
  private static let letterWidth = 6.3

  private var width: Double {
    let letters = series.map { $0.name.unicodeScalars.count }.max() ?? 0
    return Self.frame.x + Self.frame.width + 50 + Self.letterWidth * Double(min(max(letters, 12), 80))
  }

  private var height: Double { max(520, Self.frame.y + 22 * Double(series.count) + 10) }

  /// A point that can be drawn.
  private struct Point {
    let kilobytes: Double
    let recovered: Double
    let interval: ClosedRange<Double>
    let codec: String
  }

  /// Points without a value are left out; series stand in the order of their first points.
  init(_ points: [FidelityPoint]) {
    var series: [(name: String, points: [Point])] = []
    for point in points {
      guard let recovered = point.recovered, let interval = point.interval else { continue }
      let place = series.firstIndex { $0.name == point.series } ?? series.count
      if place == series.count { series.append((point.series, [])) }
      series[place].points.append(
        Point(
          kilobytes: point.bytesPerReference / 1024, recovered: recovered, interval: interval, codec: point.codec))
    }
    self.series = series.map { ($0.name, $0.points.sorted { $0.kilobytes < $1.kilobytes }) }
    let all = series.flatMap(\.points)
    let sizes = all.map(\.kilobytes)
    horizontal = PlotAxis((sizes.min() ?? 1) / 1.25...(sizes.max() ?? 1024) * 1.25, isLogarithmic: true)
    // Whole tenths, so that the lowest bar does not stand on the frame.
    let low = all.map { min($0.recovered, $0.interval.lowerBound) }.min() ?? 0
    let high = all.map { max($0.recovered, $0.interval.upperBound) }.max() ?? 1
    vertical = PlotAxis(min(0.9, ((low - 0.02) * 10).rounded(.down) / 10)...max(1.05, high + 0.02))
    let distractors = points.first.map { $0.distractorCount } ?? 0
    remark =
      "\(points.first?.itemCount ?? 0) items, 95 % intervals"
      + (distractors == 0 ? "" : ", beside \(distractors) other references")
  }

  /// An SVG file, the same bytes for the same points.
  var svg: [UInt8] {
    var svg = SVGDocument(
      width: width, height: height,
      title: "Recovered against bytes a reference: \(series.map(\.name).joined(separator: ", "))",
      style: PlotPanel.style + Self.style)
    rectangle("page", x: 0, y: 0, width: width, height: height, into: &svg)
    text("What a memory recovers of what its text in the prompt gives", x: 16, y: 26, "head", into: &svg)
    text("recovered; \(remark)", x: 16, y: 46, "", into: &svg)
    drawGrid(into: &svg)
    for (index, series) in series.enumerated() { draw(series, index, into: &svg) }
    return svg.bytes
  }

  /// Texts are dark on a page of their own: readers' pages are white or black.
  private static let style = """
     .page { fill: #fdfdfc; stroke: #d5d8dc } text { fill: #3d444d } .ceiling { stroke: #3d444d; stroke-width: 1.2; \
    stroke-dasharray: 6 4 } .bar { stroke-width: 1.3; fill: none; stroke-opacity: .55 }
    """

  private func drawGrid(into svg: inout SVGDocument) {
    let frame = Self.frame
    for tick in vertical.ticks(12) {
      line("grid", from: (frame.x, up(tick)), to: (frame.x + frame.width, up(tick)), into: &svg)
      text(tick.formatted(decimals: 2), x: frame.x - 7, y: up(tick) + 4, "end", into: &svg)
    }
    for tick in BinaryTicks.values(in: horizontal.range, count: 10) {
      line("grid", from: (across(tick), frame.y), to: (across(tick), frame.y + frame.height), into: &svg)
      text(
        DecimalText.significant(tick, 4), x: across(tick), y: frame.y + frame.height + 17, "middle", into: &svg)
    }
    rectangle("frame", x: frame.x, y: frame.y, width: frame.width, height: frame.height, into: &svg)
    text(
      "KB a reference (1 KB = 1024 bytes)", x: frame.x + frame.width / 2, y: frame.y + frame.height + 40, "middle",
      into: &svg)
    line("ceiling", from: (frame.x, up(1)), to: (frame.x + frame.width, up(1)), into: &svg)
    text("1: the text in the prompt", x: frame.x + 6, y: up(1) - 5, "", into: &svg)
  }

  private func draw(_ series: (name: String, points: [Point]), _ index: Int, into svg: inout SVGDocument) {
    let marker = PlotMarker(index)
    svg.begin("g", [("stroke", marker.color), ("fill", marker.color)])
    if series.points.count > 1 {
      let path = series.points.map { "\(number(across($0.kilobytes))),\(number(up($0.recovered)))" }
      svg.element("polyline", [("class", "line"), ("points", path.joined(separator: " "))])
    }
    for point in series.points {
      let (x, low, high) = (across(point.kilobytes), up(point.interval.lowerBound), up(point.interval.upperBound))
      svg.begin("g")
      svg.element(
        "title", [],
        "\(series.name), \(point.codec): \(point.kilobytes.formatted(decimals: 2)) KB, "
          + "\(point.recovered.formatted(decimals: 3)) (\(point.interval.lowerBound.formatted(decimals: 3)) to "
          + "\(point.interval.upperBound.formatted(decimals: 3)))")
      let caps = "M\(number(x - 4)) \(number(low))h8m-4 0V\(number(high))m-4 0h8"
      svg.element("path", [("class", "bar"), ("d", caps)])
      svg.element("path", [("d", marker.path(x: x, y: up(point.recovered)))])
      svg.end()
    }
    let top = Self.frame.y + 10 + 22 * Double(index)
    svg.element("path", [("d", marker.path(x: Self.frame.x + Self.frame.width + 22, y: top))])
    svg.end()
    text(series.name, x: Self.frame.x + Self.frame.width + 34, y: top + 4, "", into: &svg)
  }

  private func across(_ kilobytes: Double) -> Double {
    Self.frame.x + Self.frame.width * horizontal.position(kilobytes)
  }

  private func up(_ recovered: Double) -> Double {
    Self.frame.y + Self.frame.height * (1 - vertical.position(recovered))
  }
}

extension FidelityPlot {
  private func number(_ value: Double) -> String { DecimalText.coordinate(value) }

  private func text(_ text: String, x: Double, y: Double, _ classes: String, into svg: inout SVGDocument) {
    svg.element("text", [("x", number(x)), ("y", number(y)), ("class", classes)], text)
  }

  private func line(
    _ name: String, from start: (x: Double, y: Double), to end: (x: Double, y: Double), into svg: inout SVGDocument
  ) {
    svg.element(
      "path",
      [("class", name), ("d", "M\(number(start.x)) \(number(start.y))L\(number(end.x)) \(number(end.y))")])
  }

  private func rectangle(
    _ name: String, x: Double, y: Double, width: Double, height: Double, into svg: inout SVGDocument
  ) {
    svg.element(
      "rect",
      [
        ("class", name), ("x", number(x)), ("y", number(y)), ("width", number(width)), ("height", number(height)),
      ])
  }
}
