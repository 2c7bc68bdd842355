public import M3Bytes
public import M3JSON
public import M3Memory
import M3Tensor

/// Four bits an element and one scale a vector, after subtracting the mean of the vector's (layer, K/V, head) and dividing
/// each element by its deviation there.
///
/// A vector of D elements is a float16 scale s and D / 2 bytes, low nibble first: 34 bytes at D = 64. Element i decodes
/// to mean[i] + deviation[i] · s · (code − 7.5): the 16 levels lie symmetric about the mean and use every code, and of a
/// few scales below max |x| / 7.5 the one with the smallest squared error is taken, since clipping rare extremes makes the
/// rest finer.
public struct Int4Codec: MemoryCodec {
  public static let name = "int4"
  public let statistics: HeadStatistics
  private let kernels = Kernels.best

  public init(statistics: HeadStatistics) {
    self.statistics = statistics
  }

  public var description: JSONObject { ["name": .string(Self.name)] }

  private var dimension: Int { statistics.shape.headDimension }

  public var vectorSize: Int { 2 + dimension / 2 }

  /// Fractions of the largest magnitude that are tried as the end of the range.
  private static let ranges: [Float] = [1, 0.94, 0.88, 0.82, 0.76, 0.7]

  public func encode(_ memory: SparseMemory, into payload: inout ByteWriter) throws(FormatError) {
    var normalized = [Float](repeating: 0, count: dimension)
    for (part, vectors) in [memory.keys, memory.values].enumerated() {
      var row = 0
      for (entry, count) in memory.counts.enumerated() {
        let elements = statistics.elements(entry: entry, part: HeadStatistics.Part(rawValue: part)!)
        for _ in 0..<count {
          for (index, element) in elements.enumerated() {
            let value = vectors[row * dimension + index] - statistics.means[element]
            normalized[index] = value / statistics.deviations[element]
          }
          try encode(normalized, into: &payload)
          row += 1
        }
      }
    }
  }

  private func encode(_ vector: [Float], into payload: inout ByteWriter) throws(FormatError) {
    var largest: Float = 0
    for value in vector {
      guard value.isFinite else {
        throw FormatError(.outOfRange(found: "\(value)", allowed: "finite"), field: "vectors")
      }
      largest = max(largest, abs(value))
    }
    guard largest / 7.5 < Float(Float16.greatestFiniteMagnitude) else {
      throw FormatError(.outOfRange(found: "\(largest)", allowed: "below 491280"), field: "vectors")
    }
    var best = (scale: Float16(0), error: Float.infinity)
    for range in Self.ranges {
      let scale = Float16(largest * range / 7.5)
      let error = Self.squaredError(vector, scale: Float(scale))
      if error < best.error { best = (scale, error) }
    }
    let scale = Float(best.scale)
    payload.integer(best.scale.bitPattern)
    for pair in stride(from: 0, to: dimension, by: 2) {
      payload.integer(Self.code(vector[pair], scale) | Self.code(vector[pair + 1], scale) << 4)
    }
  }

  private static func squaredError(_ vector: [Float], scale: Float) -> Float {
    var sum: Float = 0
    for value in vector {
      let difference = value - scale * (Float(code(value, scale)) - 7.5)
      sum += difference * difference
    }
    return sum
  }

  /// The nearest of the 16 levels.
  private static func code(_ value: Float, _ scale: Float) -> UInt8 {
    guard scale > 0 else { return 0 }
    return UInt8(min(15, max(0, (value / scale + 7.5).rounded(.toNearestOrAwayFromZero))))
  }

  public func decode(
    _ vectors: UnsafeRawBufferPointer, count: Int, entry: Int, part: HeadStatistics.Part,
    into rows: UnsafeMutablePointer<Float>
  ) throws(FormatError) {
    guard let codes = vectors.baseAddress else { return }
    let first = statistics.elements(entry: entry, part: part).lowerBound
    let bad = statistics.means.withUnsafeBufferPointer { means in
      statistics.deviations.withUnsafeBufferPointer { deviations in
        kernels.decodeInt4(
          rows: count, dimension: dimension, codes, means: means.baseAddress! + first,
          deviations: deviations.baseAddress! + first, into: rows)
      }
    }
    guard let bad else { return }
    let bits = UInt16(littleEndian: vectors.loadUnaligned(fromByteOffset: bad * vectorSize, as: UInt16.self))
    throw FormatError(
      .outOfRange(found: "\(Float(Float16(bitPattern: bits)))", allowed: "a scale"), field: "vectors",
      at: UInt64(bad * vectorSize))
  }
}
