/// Unicode's Normalization Form C (UAX #15), at version 9.0: what `tokenizers` 0.23 takes for it.
///
/// Younger characters stand as they are; later versions of the form give the same for all others. The mappings are
/// the package's own tables, the combining classes are the standard library's, which no version changes.
package struct CanonicalComposition: Sendable {
  /// The one or two code points that each decomposes to; they may be decomposed further.
  private var mappings: [UInt32: [UInt32]] = [:]
  /// What two code points compose to, by both.
  private var compositions: [UInt64: UInt32] = [:]
  /// A bit for each code point below ``end`` that is not inert.
  private var reactive = [UInt64](repeating: 0, count: Int(end) / 64)
  /// A bit for each that is decomposed, or may compose with what is before it.
  private var unsettled = [UInt64](repeating: 0, count: Int(end) / 64)

  /// Planes 3 and above hold nothing that the form changes.
  private static let end: UInt32 = 0x30000
  /// Nothing below is changed or composed with what is before it.
  static let firstReactive: UInt32 = 0x300

  package static let unicode9 = CanonicalComposition()

  private init() {
    Self.forEachMapping { value, parts, isComposed in
      mappings[value] = parts
      if isComposed { compositions[Self.key(parts[0], parts[1])] = value }
      setUnsettled(isComposed ? parts[1] : value)
    }
    for value in Hangul.vowels { setUnsettled(value) }
    for value in Hangul.finals { setUnsettled(value) }
    for value in Self.firstReactive..<Self.end where Self.combiningClass(value) != 0 {
      reactive[Int(value >> 6)] |= 1 << UInt64(value & 63)
    }
  }

  /// All mappings: a code point, the one or two that it decomposes to, and whether these compose to it again.
  static func forEachMapping(_ body: (_ value: UInt32, _ parts: [UInt32], _ isComposed: Bool) -> Void) {
    for (second, pairs) in composites {
      let scalars = pairs.unicodeScalars.map(\.value)
      for index in stride(from: 0, to: scalars.count, by: 2) {
        body(scalars[index + 1], [scalars[index], second], true)
      }
    }
    for index in stride(from: 0, to: excluded.count, by: 3) {
      body(excluded[index], [excluded[index + 1], excluded[index + 2]], false)
    }
    for index in stride(from: 0, to: singletons.count, by: 2) {
      body(singletons[index], [singletons[index + 1]], false)
    }
    for (first, targets) in ideographs {
      for (value, target) in zip(first..., targets.unicodeScalars) { body(value, [target.value], false) }
    }
  }

  private mutating func setUnsettled(_ value: UInt32) {
    reactive[Int(value >> 6)] |= 1 << UInt64(value & 63)
    unsettled[Int(value >> 6)] |= 1 << UInt64(value & 63)
  }

  /// Whether a code point is of class 0, is not decomposed, and composes with nothing before it: a text can be cut
  /// before it, and both parts composed alone.
  @inline(__always)
  func isInert(_ value: UInt32) -> Bool {
    value >= Self.end || reactive[Int(value >> 6)] >> UInt64(value & 63) & 1 == 0
  }

  /// Whether a code point that is not inert surely stays as it is: it is no more than a combining character,
  /// of a class that is not below that of the one before it.
  /// - Parameter lastClass: the class of the code point before it; that of this one is put in its place.
  @inline(__always)
  func isSettled(_ value: UInt32, after lastClass: inout UInt8) -> Bool {
    if unsettled[Int(value >> 6)] >> UInt64(value & 63) & 1 != 0 { return false }
    let combiningClass = Self.combiningClass(value)
    defer { lastClass = combiningClass }
    return combiningClass >= lastClass
  }

  /// The form of a sequence of code points, in time n log n.
  package func compose(_ scalars: [UInt32]) -> [UInt32] {
    var decomposed: [UInt32] = []
    for scalar in scalars { decompose(scalar, into: &decomposed) }
    return compose(ordered: Self.order(decomposed))
  }

  private func decompose(_ value: UInt32, into result: inout [UInt32]) {
    if let mapping = mappings[value] {
      for part in mapping { decompose(part, into: &result) }
    } else if let parts = Hangul.decompose(value) {
      result += parts
    } else {
      result.append(value)
    }
  }

  /// Sorts each run of combining characters by class, those of a class in the order in which they stand.
  private static func order(_ scalars: [UInt32]) -> [(value: UInt32, combiningClass: UInt8)] {
    var result = scalars.map { (value: $0, combiningClass: combiningClass($0)) }
    var start = 0
    while start < result.count {
      guard result[start].combiningClass != 0 else {
        start += 1
        continue
      }
      let end = result[start...].firstIndex { $0.combiningClass == 0 } ?? result.count
      let run = result[start..<end].enumerated().sorted {
        ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
      }
      result.replaceSubrange(start..<end, with: run.map(\.element))
      start = end
    }
    return result
  }

  /// Joins each character with the last starter before it, unless one between is of the same class or higher.
  private func compose(ordered: [(value: UInt32, combiningClass: UInt8)]) -> [UInt32] {
    var result: [UInt32] = []
    var starter: Int?
    var lastClass: UInt8 = 0
    for (value, combiningClass) in ordered {
      if let starter, starter == result.count - 1 || lastClass < combiningClass,
        let composite = composition(result[starter], value)
      {
        result[starter] = composite
        continue
      }
      if combiningClass == 0 { starter = result.count }
      lastClass = combiningClass
      result.append(value)
    }
    return result
  }

  private func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    Hangul.compose(first, second) ?? compositions[Self.key(first, second)]
  }

  private static func key(_ first: UInt32, _ second: UInt32) -> UInt64 { UInt64(first) << 32 | UInt64(second) }

  /// The canonical combining class, 0 for characters younger than Unicode 9.0.
  private static func combiningClass(_ value: UInt32) -> UInt8 {
    guard let properties = Unicode.Scalar(value)?.properties, let age = properties.age, age.major <= 9 else { return 0 }
    return properties.canonicalCombiningClass.rawValue
  }
}
