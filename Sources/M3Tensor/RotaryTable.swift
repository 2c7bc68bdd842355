#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Cosines and sines of a rotary position embedding, for positions 0 ..< positionCount.
///
/// The angle of position p and pair i is p · base^(−2i / D) / factor[i], computed in double and rounded once.
public final class RotaryTable: Sendable {
  /// D, the elements of a head.
  public let headDimension: Int

  /// Positions in the table.
  public let positionCount: Int

  /// (positionCount, 2, D / 2): a position's cosines, then its sines.
  private let storage: FloatBuffer

  /// - Parameters:
  ///   - positionCount: positions, from 0.
  ///   - headDimension: D; even.
  ///   - base: θ, 10000 in the original paper (RoFormer, arXiv 2104.09864, section 3.2.2).
  ///   - frequencyFactors: D / 2 divisors of the frequencies, as models with a lengthened context have; none by default.
  /// - Throws: `TensorError.invalidRotaryShape`, `TensorError.sizeOverflow`.
  public init(
    positionCount: Int, headDimension: Int, base: Double, frequencyFactors: [Float]? = nil
  ) throws(TensorError) {
    guard headDimension > 0, headDimension.isMultiple(of: 2) else {
      throw .invalidRotaryShape("head dimension \(headDimension) is not an even positive number")
    }
    guard positionCount >= 0 else { throw .invalidRotaryShape("\(positionCount) positions") }
    guard base > 0, base.isFinite else { throw .invalidRotaryShape("base \(base) is not a positive number") }
    let half = headDimension / 2
    if let frequencyFactors {
      guard frequencyFactors.count == half else {
        throw .invalidRotaryShape("\(frequencyFactors.count) frequency factors where \(half) are needed")
      }
      guard frequencyFactors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw .invalidRotaryShape("a frequency factor is not a positive number")
      }
    }
    let storage = FloatBuffer(uninitializedCount: try ElementCount.product(positionCount, headDimension))
    for pair in 0..<half {
      let frequency = pow(base, -2 * Double(pair) / Double(headDimension)) / Double(frequencyFactors?[pair] ?? 1)
      for position in 0..<positionCount {
        let angle = Double(position) * frequency
        storage.pointer[position * headDimension + pair] = Float(cos(angle))
        storage.pointer[position * headDimension + half + pair] = Float(sin(angle))
      }
    }
    (self.headDimension, self.positionCount, self.storage) = (headDimension, positionCount, storage)
  }

  /// The D / 2 cosines of `position`. Valid as long as the table is alive.
  public func cosines(_ position: Int) -> UnsafePointer<Float> {
    precondition(position >= 0 && position < positionCount, "position beyond the rotary table")
    return UnsafePointer(storage.pointer + position * headDimension)
  }

  /// The D / 2 sines of `position`. Valid as long as the table is alive.
  public func sines(_ position: Int) -> UnsafePointer<Float> { cosines(position) + headDimension / 2 }
}
