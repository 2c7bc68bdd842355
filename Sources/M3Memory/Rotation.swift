#if canImport(Glibc)
  import Glibc
#endif

/// Rotates stored keys to their positions: rotary embedding over pairs (i, i + D/2), angle p · θ^(−2i/D) / factor[i].
///
/// Angles are computed in double and rounded once, as the model's own table is.
public struct Rotation: Sendable {
  private let half: Int
  /// (positions, D/2).
  private let cosines: [Float]
  private let sines: [Float]

  /// - Parameter positionCount: positions from 0 that can be asked for.
  public init(_ producer: Producer, positionCount: Int) {
    let dimension = producer.shape.headDimension
    half = dimension / 2
    let base = Double(producer.rotaryBase)!
    let factors = producer.rotaryFactors.map { Double(Float($0)!) }
    var cosines: [Float] = []
    var sines: [Float] = []
    let frequencies = (0..<half).map {
      pow(base, -2 * Double($0) / Double(dimension)) / (factors.isEmpty ? 1 : factors[$0])
    }
    for position in 0..<positionCount {
      for frequency in frequencies {
        cosines.append(Float(cos(Double(position) * frequency)))
        sines.append(Float(sin(Double(position) * frequency)))
      }
    }
    self.cosines = cosines
    self.sines = sines
  }

  /// The keys of a memory, each rotated to `firstPosition` plus its position in the reference: (rows, D).
  ///
  /// - Precondition: all of these positions are below the position count.
  public func rotatedKeys(_ memory: SparseMemory, firstPosition: Int) -> [Float] {
    var keys = memory.keys
    keys.withUnsafeMutableBufferPointer { keys in
      for (row, position) in memory.positions.enumerated() {
        let angle = (firstPosition + Int(position)) * half
        let first = row * 2 * half
        for pair in 0..<half {
          let (low, high) = (keys[first + pair], keys[first + half + pair])
          keys[first + pair] = low * cosines[angle + pair] - high * sines[angle + pair]
          keys[first + half + pair] = high * cosines[angle + pair] + low * sines[angle + pair]
        }
      }
    }
    return keys
  }
}
