import M3Filter

/// How the points of a series look: eight colours, which colour-blind readers tell apart by four shapes too.
struct PlotMarker {
  private enum Shape: Int, CaseIterable { case circle, square, diamond, triangle }

  let color: String
  private let shape: Shape

  private static let colors = [
    "#0072b2", "#d55e00", "#009e73", "#b0508a", "#b8860b", "#3f9fd8", "#6a4fb3", "#7a5c46",
  ]

  /// - Parameter index: of the series, from 0; colours come again from the ninth on.
  init(_ index: Int) {
    color = Self.colors[index % Self.colors.count]
    // Shifted by a round of colours, so that the ninth series is no copy of the first.
    shape = Shape(rawValue: (index + index / Self.colors.count) % Shape.allCases.count) ?? .circle
  }

  /// The outline around a centre, as path data.
  func path(x: Double, y: Double) -> String {
    func at(_ right: Double, _ down: Double) -> String {
      "\(DecimalText.coordinate(x + right)) \(DecimalText.coordinate(y + down))"
    }
    return switch shape {
    case .circle: "M\(at(-4, 0))a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"
    case .square: "M\(at(-3.6, -3.6))h7.2v7.2h-7.2z"
    case .diamond: "M\(at(0, -5))L\(at(5, 0))L\(at(0, 5))L\(at(-5, 0))z"
    case .triangle: "M\(at(0, -4.6))L\(at(4.6, 3.6))L\(at(-4.6, 3.6))z"
    }
  }
}
