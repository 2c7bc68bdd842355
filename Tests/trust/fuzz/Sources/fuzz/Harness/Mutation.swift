import CLibFuzzer
import M3TestSupport

/// Mutations of bytes by libFuzzer, of all of an input or of a part.
enum Mutation {
  /// - Parameter limit: of the result's bytes; at least 1.
  static func bytes(_ bytes: [UInt8], limit: Int) -> [UInt8] {
    let limit = max(1, limit)
    let kept = min(bytes.count, limit)
    return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      for index in 0..<kept { buffer[index] = bytes[index] }
      // What was there before must not be read by a mutation that grows the bytes.
      for index in kept..<limit { buffer[index] = 0 }
      count = LLVMFuzzerMutate(buffer.baseAddress!, kept, limit)
    }
  }

  /// Mutates a part; what is around it stays.
  static func part(_ bytes: [UInt8], _ range: Range<Int>, limit: Int) -> [UInt8] {
    let rest = bytes.count - range.count
    return Array(bytes[..<range.lowerBound])
      + self.bytes(Array(bytes[range]), limit: max(range.count, limit - rest)) + bytes[range.upperBound...]
  }

  /// Mutates a part and leaves its size.
  static func inPlace(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
    var bytes = bytes
    let part = self.bytes(Array(bytes[range]), limit: max(1, range.count))
    for (index, byte) in part.prefix(range.count).enumerated() { bytes[range.lowerBound + index] = byte }
    return bytes
  }
}

extension Randomness {
  /// True once in `n` times.
  mutating func once(in n: Int) -> Bool { integer(below: n) == 0 }

  mutating func element<Element>(of array: [Element]) -> Element { array[integer(below: array.count)] }

  /// A number that parsers trip over.
  mutating func interestingInteger() -> Int64 {
    let edge: Int64 = element(of: [
      0, 1, 2, 7, 8, 31, 64, 127, 255, 256, 1023, 1024, 4096, 65_535, 65_536, 1 << 20, 1 << 24, 1 << 31, 1 << 32,
      1 << 46,
      1 << 53, .max, .min,
    ])
    return edge &+ Int64(integer(below: 3)) &- 1
  }
}

/// Little-endian fields in bytes.
extension [UInt8] {
  /// The integer at an offset; nil beyond the end.
  func integer<T: FixedWidthInteger>(at offset: Int, as type: T.Type = T.self) -> T? {
    guard offset >= 0, offset <= count - MemoryLayout<T>.size else { return nil }
    return withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
  }

  /// Overwrites the integer at an offset; nothing beyond the end.
  mutating func set<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    guard offset >= 0, offset <= count - MemoryLayout<T>.size else { return }
    Swift.withUnsafeBytes(of: value.littleEndian) { field in
      for (index, byte) in field.enumerated() { self[offset + index] = byte }
    }
  }

  /// The parts between separators.
  func parts(separatedBy separator: UInt8) -> [[UInt8]] {
    split(separator: separator, omittingEmptySubsequences: false).map { Array($0) }
  }
}
