/// A small plot: lines in a frame with a title, two axes, and marks on the horizontal one.
package struct PlotPanel: Sendable {
  package struct Line: Sendable {
    /// (x, y), from left to right.
    package var points: [(x: Double, y: Double)]
    /// 0 to 5: which of the colours.
    package var color = 0

    package init(points: [(x: Double, y: Double)], color: Int = 0) {
      self.points = points
      self.color = color
    }
  }

  /// A vertical line at a number, with a text on top; where the number lies beyond the edge, the text and an arrow.
  package struct Mark: Sendable {
    package var x: Double
    package var text: String

    package init(x: Double, text: String) {
      self.x = x
      self.text = text
    }
  }

  package var title: String
  package var horizontal: PlotAxis
  package var vertical: PlotAxis
  /// How numbers of the vertical axis are written.
  package var verticalText: @Sendable (Double) -> String = { DecimalText.significant($0, 3) }
  package var lines: [Line] = []
  package var marks: [Mark] = []
  /// In place of the plot, where there is nothing to draw.
  package var remark: String?

  package init(title: String, horizontal: PlotAxis, vertical: PlotAxis) {
    self.title = title
    self.horizontal = horizontal
    self.vertical = vertical
  }

  /// CSS for the classes that panels use. Greys and colours are of middle lightness: they read on white and on black.
  package static let style = """
    text { font: 11px system-ui, sans-serif; fill: #7a828e } .head { font-size: 15px; font-weight: 600 } \
    .title { font-size: 12px; font-weight: 600 } .end { text-anchor: end } .middle { text-anchor: middle } \
    .grid { stroke: #7a828e; stroke-opacity: .25 } .frame { stroke: #7a828e; stroke-opacity: .6; fill: none } \
    .mark { stroke: #d9730d; stroke-width: 1.5; stroke-dasharray: 4 3 } .marked { fill: #d9730d } \
    .line { fill: none; stroke-width: 2; stroke-linejoin: round } .c0 { stroke: #2f81d7 } .c1 { stroke: #2da169 } \
    .c2 { stroke: #c2519c } .c3 { stroke: #a08312 } .c4 { stroke: #8a63d2 } .c5 { stroke: #d1503f }
    """

  /// Draws the panel into a box.
  package func draw(into svg: inout SVGDocument, x: Double, y: Double, width: Double, height: Double) {
    let frame = (x: x + 40, y: y + 36, width: width - 56, height: height - 58)
    let number = DecimalText.coordinate
    func across(_ value: Double) -> Double { frame.x + frame.width * min(1, max(0, horizontal.position(value))) }
    func up(_ value: Double) -> Double { frame.y + frame.height * (1 - min(1, max(0, vertical.position(value)))) }
    func text(_ text: String, _ x: Double, _ y: Double, _ classes: String) {
      svg.element("text", [("x", number(x)), ("y", number(y)), ("class", classes)], text)
    }
    svg.begin("g")
    text(title, x, y + 12, "title")
    if let remark {
      text(remark, frame.x + frame.width / 2, frame.y + frame.height / 2, "middle")
      svg.end()
      return
    }
    for tick in vertical.ticks(4) {
      let path = "M\(number(frame.x)) \(number(up(tick)))h\(number(frame.width))"
      svg.element("path", [("class", "grid"), ("d", path)])
      text(verticalText(tick), frame.x - 5, up(tick) + 4, "end")
    }
    for tick in horizontal.ticks(4) {
      let path = "M\(number(across(tick))) \(number(frame.y))v\(number(frame.height))"
      svg.element("path", [("class", "grid"), ("d", path)])
      text(DecimalText.significant(tick, 3), across(tick), frame.y + frame.height + 14, "middle")
    }
    svg.element(
      "rect",
      [
        ("class", "frame"), ("x", number(frame.x)), ("y", number(frame.y)), ("width", number(frame.width)),
        ("height", number(frame.height)),
      ])
    for line in lines {
      let points = line.points.map { "\(number(across($0.x))),\(number(up($0.y)))" }
      svg.element("polyline", [("class", "line c\(line.color)"), ("points", points.joined(separator: " "))])
    }
    for mark in marks where !mark.x.isNaN {
      let position = horizontal.position(mark.x)
      let anchor = position < 0.3 ? "marked" : position > 0.7 ? "marked end" : "marked middle"
      if (0...1).contains(position) {
        let path = "M\(number(across(mark.x))) \(number(frame.y))v\(number(frame.height))"
        svg.element("path", [("class", "mark"), ("d", path)])
        text(mark.text, across(mark.x), frame.y - 5, anchor)
      } else {
        text(position < 0 ? "← \(mark.text)" : "\(mark.text) →", across(mark.x), frame.y - 5, anchor)
      }
    }
    svg.end()
  }
}
