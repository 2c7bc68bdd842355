/// A picture in SVG 1.1, written element by element: the same calls give the same bytes.
package struct SVGDocument: Sendable {
  private var body: [UInt8] = []
  private var open: [String] = []

  /// - Parameters:
  ///   - title: what a reader is told who does not see the picture.
  ///   - style: CSS rules for the classes of the elements.
  package init(width: Double, height: Double, title: String, style: String) {
    let size = (DecimalText.coordinate(width), DecimalText.coordinate(height))
    begin(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("width", size.0), ("height", size.1),
        ("viewBox", "0 0 \(size.0) \(size.1)"), ("role", "img"),
      ])
    element("title", [], title)
    element("style", [], style)
  }

  /// An element without children.
  package mutating func element(_ name: String, _ attributes: [(String, String)], _ text: String? = nil) {
    indent()
    tag(name, attributes)
    if let text {
      append(">")
      append(Self.escaped(text))
      append("</\(name)>\n")
    } else {
      append("/>\n")
    }
  }

  /// An element whose children follow until ``end()``.
  package mutating func begin(_ name: String, _ attributes: [(String, String)] = []) {
    indent()
    tag(name, attributes)
    append(">\n")
    open.append(name)
  }

  package mutating func end() {
    let name = open.removeLast()
    indent()
    append("</\(name)>\n")
  }

  /// The file, all that is open closed.
  package var bytes: [UInt8] {
    var document = self
    while !document.open.isEmpty { document.end() }
    return Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8) + document.body
  }

  /// Text for content and attributes. What XML 1.0 has no way to write becomes U+FFFD.
  package static func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "\t", "\n", "\r": result.append(" ")
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  private mutating func tag(_ name: String, _ attributes: [(String, String)]) {
    append("<\(name)")
    for (key, value) in attributes { append(" \(key)=\"\(Self.escaped(value))\"") }
  }

  private mutating func indent() { append(String(repeating: "  ", count: open.count)) }

  private mutating func append(_ text: String) { body.append(contentsOf: text.utf8) }
}

extension DecimalText {
  /// A length in a picture: two digits behind the point at most.
  package static func coordinate(_ value: Double) -> String {
    let text = fixed(value, 2)
    guard text.contains(".") else { return text }
    let trimmed = text.dropLast(text.hasSuffix("00") ? 3 : text.hasSuffix("0") ? 1 : 0)
    return String(trimmed)
  }
}
