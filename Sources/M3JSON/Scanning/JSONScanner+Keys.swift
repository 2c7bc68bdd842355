#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes

extension JSONScanner {
  /// Objects of more keys are checked once at their end, by sorting: comparing all pairs would let a
  /// long object take quadratic time.
  private static let pairwiseLimit = 16

  /// Whether a key's text is `name`.
  public func isKey(_ key: JSONStringToken, _ name: String) -> Bool {
    if key.hasEscapes { return string(decoding: key).utf8.elementsEqual(name.utf8) }
    guard key.range.count == name.utf8.count else { return false }
    var name = name
    return name.withUTF8 { name in
      // In an empty buffer there may be no address.
      name.isEmpty || memcmp(name.baseAddress!, bytes.baseAddress! + key.range.lowerBound, name.count) == 0
    }
  }

  /// Adds a key to the innermost object.
  mutating func note(_ key: JSONStringToken) throws(FormatError) {
    let first = containers[containers.count - 1].firstKey
    if keys.count - first < JSONScanner.pairwiseLimit {
      for index in first..<keys.count where areEqual(keys[index], key) { throw duplicate(key) }
    }
    guard keys.count < limits.maximumKeys else { throw tooManyKeys(key) }
    keys.append(key)
  }

  /// Ends the key list of the innermost object.
  mutating func checkKeys() throws(FormatError) {
    let first = containers[containers.count - 1].firstKey
    if keys.count - first > JSONScanner.pairwiseLimit { try checkBySorting(keys[first...]) }
    for _ in first..<keys.count { keys.removeLast() }
  }

  private func checkBySorting(_ keys: ArraySlice<JSONStringToken>) throws(FormatError) {
    let sorted = keys.sorted { left, right in
      let order = compare(left, right)
      return order == 0 ? left.range.lowerBound < right.range.lowerBound : order < 0
    }
    let repeated = zip(sorted, sorted.dropFirst()).filter { compare($0, $1) == 0 }.map(\.1)
    if let first = repeated.min(by: { $0.range.lowerBound < $1.range.lowerBound }) { throw duplicate(first) }
  }

  private func areEqual(_ left: JSONStringToken, _ right: JSONStringToken) -> Bool {
    if !left.hasEscapes && !right.hasEscapes && left.range.count != right.range.count { return false }
    return compare(left, right) == 0
  }

  /// The order of two keys' decoded bytes: negative, zero or positive.
  private func compare(_ left: JSONStringToken, _ right: JSONStringToken) -> Int {
    if !left.hasEscapes && !right.hasEscapes {
      return JSONScanner.compare(bytes[left.range], bytes[right.range])
    }
    return JSONScanner.compare(Array(string(decoding: left).utf8)[...], Array(string(decoding: right).utf8)[...])
  }

  private static func compare(_ left: some RandomAccessCollection<UInt8>, _ right: some RandomAccessCollection<UInt8>)
    -> Int
  {
    for (left, right) in zip(left, right) where left != right { return Int(left) - Int(right) }
    return left.count - right.count
  }

  @inline(never)
  private func tooManyKeys(_ key: JSONStringToken) -> FormatError {
    FormatError(
      .outOfRange(found: "\(limits.maximumKeys + 1) keys", allowed: "at most \(limits.maximumKeys)"), field: "JSON",
      at: UInt64(key.range.lowerBound - 1))
  }

  @inline(never)
  private func duplicate(_ key: JSONStringToken) -> FormatError {
    // A key can be as long as the record: the message holds its beginning.
    let name = string(decoding: key)
    let shown =
      name.unicodeScalars.count > 64 ? String(String.UnicodeScalarView(name.unicodeScalars.prefix(64))) + "…" : name
    return FormatError(.duplicate("key \(shown)"), field: "JSON", at: UInt64(key.range.lowerBound - 1))
  }
}
