import M3Tensor

#if canImport(Glibc)
  import Glibc
#endif

/// Rotates stored keys to their positions: rotary embedding over pairs (i, i + D/2), angle p · θ^(−2i/D) / factor[i].
///
/// Angles are computed in double and rounded once, and rows are rotated by the model's own kernel: a key gets the bits that
/// the model gives it at that position.
public struct Rotation: Sendable {
  /// Positions from 0 that can be asked for.
  public let positionCount: Int
  private let dimension: Int
  /// (positions, 2, D / 2): a position's cosines, then its sines.
  private let angles: FloatBuffer
  private let kernels = Kernels.best

  /// - Parameter positionCount: positions from 0 that can be asked for.
  public init(_ producer: Producer, positionCount: Int) {
    self.positionCount = positionCount
    let dimension = producer.shape.headDimension
    let half = dimension / 2
    let base = Double(producer.rotaryBase)!
    let factors = producer.rotaryFactors.map { Double(Float($0)!) }
    let frequencies = (0..<half).map {
      pow(base, -2 * Double($0) / Double(dimension)) / (factors.isEmpty ? 1 : factors[$0])
    }
    self.dimension = dimension
    angles = FloatBuffer(uninitializedCount: positionCount * dimension)
    for position in 0..<positionCount {
      let row = angles.pointer + position * dimension
      for (pair, frequency) in frequencies.enumerated() {
        row[pair] = Float(cos(Double(position) * frequency))
        row[half + pair] = Float(sin(Double(position) * frequency))
      }
    }
  }

  /// The keys of a memory, each rotated to `firstPosition` plus its position in the reference: (rows, D).
  ///
  /// - Precondition: all of these positions are below ``positionCount``.
  public func rotatedKeys(_ memory: SparseMemory, firstPosition: Int) -> [Float] {
    var keys = memory.keys
    memory.positions.withUnsafeBufferPointer { positions in
      keys.withUnsafeMutableBufferPointer { keys in
        guard let first = keys.baseAddress else { return }
        rotate(rows: positions, first, firstPosition: firstPosition)
      }
    }
    return keys
  }

  /// Rotates rows (rows, D) in place, each to `firstPosition` plus its own position.
  ///
  /// - Precondition: all of these positions are below ``positionCount``.
  package func rotate(
    rows positions: UnsafeBufferPointer<UInt16>, _ keys: UnsafeMutablePointer<Float>, firstPosition: Int
  ) {
    guard let first = positions.baseAddress, let largest = positions.max() else { return }
    precondition(
      firstPosition >= 0 && firstPosition + Int(largest) < positionCount, "a position beyond the rotation's table")
    kernels.rotate(
      rows: positions.count, headDimension: dimension, keys, to: first,
      angles: UnsafePointer(angles.pointer + firstPosition * dimension))
  }
}
