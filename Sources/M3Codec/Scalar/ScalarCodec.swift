public import M3Bytes
public import M3JSON
public import M3Memory
package import M3Tensor

/// Eight, four, three or two bits an element and one scale a vector, after subtracting the mean of the vector's (layer, K/V,
/// head) and dividing each element by its deviation there.
///
/// A vector of D elements is a float16 scale s and D · bits / 8 bytes of codes, from the lowest bit of the first byte on: 34
/// bytes for 4 bits at D = 64. Element i decodes to mean[i] + deviation[i] · s · (code − (2^bits − 1) / 2): the levels lie
/// symmetric about the mean and use every code, and of a few scales, that of max |x| and below, the one with the smallest
/// squared error is taken, since clipping rare extremes makes the rest finer.
public struct ScalarCodec: VectorCodec {
  /// `int8`, `int4`, `int3`, `int2`.
  public static let names = ScalarWidth.allCases.map(\.name)
  public let width: ScalarWidth
  public let statistics: HeadStatistics
  private let kernels: Kernels

  /// - Throws: ``FormatError`` `unsupported` where the codes of a vector are not whole bytes: 3 bits need a head dimension
  ///   that is a multiple of 8, 2 bits one of 4, 4 bits an even one.
  public init(_ width: ScalarWidth, statistics: HeadStatistics) throws(FormatError) {
    try self.init(width, statistics: statistics, kernels: .best)
  }

  package init(_ width: ScalarWidth, statistics: HeadStatistics, kernels: Kernels) throws(FormatError) {
    let dimension = statistics.shape.headDimension
    guard dimension * width.bits % 8 == 0 else {
      throw FormatError(
        .unsupported(found: "\(width.name) for a head dimension of \(dimension): codes that are not whole bytes"),
        field: "codec.name")
    }
    self.width = width
    self.statistics = statistics
    self.kernels = kernels
  }

  public var description: JSONObject { ["name": .string(width.name)] }

  private var dimension: Int { statistics.shape.headDimension }

  public var vectorSize: Int { 2 + dimension * width.bits / 8 }

  public func encode(_ memory: SparseMemory, into payload: inout ByteWriter) throws(FormatError) {
    var normalized = [Float](repeating: 0, count: dimension)
    var codes: [UInt8] = []
    for (part, vectors) in [(HeadStatistics.Part.keys, memory.keys), (.values, memory.values)] {
      var row = 0
      for (entry, count) in memory.counts.enumerated() where count > 0 {
        if codes.count < count * vectorSize { codes = [UInt8](repeating: 0, count: count * vectorSize) }
        let first = statistics.elements(entry: entry, part: part).lowerBound
        let bad = vectors.withUnsafeBufferPointer { vectors in
          statistics.means.withUnsafeBufferPointer { means in
            statistics.deviations.withUnsafeBufferPointer { deviations in
              codes.withUnsafeMutableBytes {
                kernels.encodeLevels(
                  bits: width.bits, rows: count, dimension: dimension, vectors.baseAddress! + row * dimension,
                  means: means.baseAddress! + first, deviations: deviations.baseAddress! + first,
                  normalized: &normalized, into: $0.baseAddress!)
              }
            }
          }
        }
        if bad != nil { throw refusal(normalized) }
        payload.append(codes[..<(count * vectorSize)])
        row += count
      }
    }
  }

  /// Why a vector cannot be encoded.
  private func refusal(_ normalized: [Float]) -> FormatError {
    if let bad = normalized.first(where: { !$0.isFinite }) {
      return FormatError(.outOfRange(found: "\(bad)", allowed: "finite"), field: "vectors")
    }
    let largest = normalized.reduce(0) { max($0, abs($1)) }
    let bound = Int(Float(Float16.greatestFiniteMagnitude) * width.halfRange)
    return FormatError(.outOfRange(found: "\(largest)", allowed: "below \(bound)"), field: "vectors")
  }

  public func decode(
    _ vectors: UnsafeRawBufferPointer, count: Int, entry: Int, part: HeadStatistics.Part,
    into rows: UnsafeMutablePointer<Float>
  ) throws(FormatError) {
    guard let codes = vectors.baseAddress else { return }
    let first = statistics.elements(entry: entry, part: part).lowerBound
    let bad = statistics.means.withUnsafeBufferPointer { means in
      statistics.deviations.withUnsafeBufferPointer { deviations in
        kernels.decodeLevels(
          bits: width.bits, rows: count, dimension: dimension, codes, means: means.baseAddress! + first,
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
