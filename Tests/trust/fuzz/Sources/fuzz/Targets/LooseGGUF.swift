import M3Bytes
import M3TestSupport

/// Where the strings and arrays of a GGUF file lie, as far as it can be read.
struct LooseGGUF {
  /// A string: its length of eight bytes stands before it.
  private(set) var strings: [Range<Int>] = []
  /// An array's count of eight bytes, and its elements: in place of each, its bytes.
  private(set) var arrays: [(count: Int, elements: [Range<Int>])] = []
  /// Numbers: values of metadata, dimensions, types, offsets.
  private(set) var numbers: [Range<Int>] = []
  private let bytes: [UInt8]
  private var offset = 24

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    guard let tensorCount = bytes.integer(at: 8, as: UInt64.self), let count = bytes.integer(at: 16, as: UInt64.self),
      tensorCount < 1000, count < 1000
    else { return }
    for _ in 0..<count { guard string(), let type = number(4), value(UInt32(type), depth: 0) else { return } }
    for _ in 0..<tensorCount {
      guard string(), let dimensions = number(4), dimensions <= 8 else { return }
      for _ in 0..<dimensions { guard number(8) != nil else { return } }
      guard number(4) != nil, number(8) != nil else { return }
    }
  }

  private mutating func string() -> Bool {
    guard let count = bytes.integer(at: offset, as: UInt64.self), count <= UInt64(bytes.count - offset - 8) else {
      return false
    }
    strings.append(offset + 8..<offset + 8 + Int(count))
    offset += 8 + Int(count)
    return true
  }

  private mutating func number(_ size: Int) -> UInt64? {
    guard offset + size <= bytes.count else { return nil }
    numbers.append(offset..<offset + size)
    defer { offset += size }
    return (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  private mutating func value(_ type: UInt32, depth: Int) -> Bool {
    switch type {
    case 0, 1, 7: return number(1) != nil
    case 2, 3: return number(2) != nil
    case 4, 5, 6: return number(4) != nil
    case 10, 11, 12: return number(8) != nil
    case 8: return string()
    case 9: return depth < 5 && array(depth)
    default: return false
    }
  }

  private mutating func array(_ depth: Int) -> Bool {
    guard let type = bytes.integer(at: offset, as: UInt32.self),
      let count = bytes.integer(at: offset + 4, as: UInt64.self), count <= UInt64(bytes.count)
    else { return false }
    let place = offset + 4
    offset += 12
    var elements: [Range<Int>] = []
    for _ in 0..<count {
      let start = offset
      guard value(type, depth: depth + 1) else { return false }
      elements.append(start..<offset)
    }
    arrays.append((place, elements))
    return true
  }

  /// Changes a string with its length, an array with its count, or a number; or any bytes.
  static func mutated(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    let file = LooseGGUF(bytes)
    switch random.integer(below: 6) {
    case 0,
      1 where !file.strings.isEmpty:
      guard !file.strings.isEmpty else { break }
      let range = random.element(of: file.strings)
      let text = Mutation.bytes(Array(bytes[range]), limit: range.count + 16)
      return bytes[..<(range.lowerBound - 8)] + withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
        + text
        + bytes[range.upperBound...]
    case 2,
      3 where !file.arrays.isEmpty:
      guard !file.arrays.isEmpty else { break }
      return file.withElement(of: random.element(of: file.arrays), random: &random)
    case 4 where !file.numbers.isEmpty:
      let range = random.element(of: file.numbers)
      if random.once(in: 2) { return Mutation.inPlace(bytes, range) }
      var bytes = bytes
      let value = UInt64(bitPattern: random.interestingInteger())
      for index in 0..<range.count { bytes[range.lowerBound + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
      return bytes
    default: break
    }
    return Mutation.bytes(bytes, limit: limit)
  }

  /// The file with an element of an array again, in another place, or gone.
  private func withElement(of array: (count: Int, elements: [Range<Int>]), random: inout Randomness) -> [UInt8] {
    guard !array.elements.isEmpty else { return bytes }
    let range = random.element(of: array.elements)
    let other = random.element(of: array.elements)
    var result = bytes
    switch random.integer(below: 3) {
    case 0:
      result.removeSubrange(range)
      result.set(UInt64(array.elements.count - 1), at: array.count)
    case 1:
      result.insert(contentsOf: bytes[range], at: other.lowerBound)
      result.set(UInt64(array.elements.count + 1), at: array.count)
    default:
      result.replaceSubrange(range, with: bytes[other])
    }
    return result
  }
}
