public import M3Bytes

extension JSONScanner {
  /// Enters the array that comes next.
  public mutating func beginArray() throws(FormatError) {
    try open(UInt8(ascii: "["), isObject: false)
  }

  /// Steps to the next element of the innermost array.
  /// - Returns: false behind the last one, when the array is closed.
  public mutating func nextElement() throws(FormatError) -> Bool {
    try step(close: UInt8(ascii: "]"), isObject: false)
  }

  /// Enters the object that comes next.
  public mutating func beginObject() throws(FormatError) {
    try open(UInt8(ascii: "{"), isObject: true)
  }

  /// Steps to the next member of the innermost object and over its key and colon.
  /// - Returns: nil behind the last one, when the object is closed.
  /// - Throws: ``FormatError``; `duplicate` with the offset of the key that stands again.
  public mutating func nextKey() throws(FormatError) -> JSONStringToken? {
    guard try step(close: UInt8(ascii: "}"), isObject: true) else { return nil }
    guard position < bytes.count else { throw truncated() }
    guard bytes[position] == UInt8(ascii: "\"") else { throw malformed("a key expected") }
    let key = try scanString()
    try note(key)
    skipWhitespace()
    guard position < bytes.count else { throw truncated() }
    guard bytes[position] == UInt8(ascii: ":") else { throw malformed("a colon expected") }
    position += 1
    skipWhitespace()
    return key
  }

  private mutating func open(_ bracket: UInt8, isObject: Bool) throws(FormatError) {
    skipWhitespace()
    guard position < bytes.count else { throw truncated() }
    guard bytes[position] == bracket else {
      throw malformed(isObject ? "an object expected" : "an array expected")
    }
    guard containers.count < limits.maximumDepth else { throw tooDeep() }
    containers.append(Container(isObject: isObject, firstKey: keys.count))
    position += 1
  }

  @inline(__always)
  private mutating func step(close: UInt8, isObject: Bool) throws(FormatError) -> Bool {
    let last = containers.count - 1
    precondition(last >= 0 && containers[last].isObject == isObject, "the innermost container is of the other kind")
    skipWhitespace()
    guard position < bytes.count else { throw truncated() }
    if bytes[position] == close {
      if isObject { try checkKeys() }
      containers.removeLast()
      position += 1
      return false
    }
    if containers[last].isEmpty {
      containers[last].isEmpty = false
    } else {
      guard bytes[position] == UInt8(ascii: ",") else { throw malformed("a comma or the end expected") }
      position += 1
      skipWhitespace()
    }
    return true
  }

  @inline(never)
  private func tooDeep() -> FormatError {
    FormatError(
      .outOfRange(found: "depth \(limits.maximumDepth + 1)", allowed: "at most \(limits.maximumDepth)"),
      field: "JSON", at: UInt64(position))
  }
}
