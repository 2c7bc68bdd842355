/// How a JSON value is written.
public enum JSONStyle: Sendable {
  /// Keys in the order of their UTF-8 bytes, no white space, the shortest escapes: one value, one text.
  case canonical
  /// Keys in the object's own order, no white space.
  case compact
  /// Keys in the order of their UTF-8 bytes, one member a line, two spaces a level, a final line feed.
  case pretty
}

extension JSONValue {
  /// The value's text in UTF-8.
  ///
  /// Numbers that are not `Int64` are written as they were read; `"`, `\` and the control characters
  /// below U+0020 are escaped, with the short form where there is one, and nothing else.
  public func serialized(_ style: JSONStyle = .canonical) -> [UInt8] {
    var output: [UInt8] = []
    append(to: &output, style, indent: 0)
    if style == .pretty { output.append(UInt8(ascii: "\n")) }
    return output
  }

  private func append(to output: inout [UInt8], _ style: JSONStyle, indent: Int) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): output.append(contentsOf: String(value).utf8)
    case .number(let text): output.append(contentsOf: text.utf8)
    case .string(let text): JSONEscapes.append(text, to: &output)
    case .array(let elements):
      JSONValue.append(elements, "[", "]", to: &output, style, indent: indent) { element, output in
        element.append(to: &output, style, indent: indent + 1)
      }
    case .object(let object):
      let members = style == .compact ? object.members : object.sortedMembers
      JSONValue.append(members, "{", "}", to: &output, style, indent: indent) { member, output in
        JSONEscapes.append(member.key, to: &output)
        output.append(UInt8(ascii: ":"))
        if style == .pretty { output.append(UInt8(ascii: " ")) }
        member.value.append(to: &output, style, indent: indent + 1)
      }
    }
  }

  private static func append<Element>(
    _ elements: [Element], _ open: Unicode.Scalar, _ close: Unicode.Scalar, to output: inout [UInt8],
    _ style: JSONStyle, indent: Int, _ body: (Element, inout [UInt8]) -> Void
  ) {
    func newLine(_ indent: Int) {
      guard style == .pretty && !elements.isEmpty else { return }
      output.append(UInt8(ascii: "\n"))
      output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indent))
    }
    output.append(UInt8(ascii: open))
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      newLine(indent + 1)
      body(element, &output)
    }
    newLine(indent)
    output.append(UInt8(ascii: close))
  }
}
