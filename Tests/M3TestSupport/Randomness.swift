/// A repeatable sequence of values (SplitMix64): a seed gives the same ones everywhere.
package struct Randomness: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Uniform in 0 ..< bound.
  package mutating func integer(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// Uniform in −magnitude ..< magnitude.
  package mutating func float(_ magnitude: Float = 1) -> Float { (Float(next() >> 40) * 0x1p-23 - 1) * magnitude }

  package mutating func floats(_ count: Int, _ magnitude: Float = 1) -> [Float] {
    (0..<count).map { _ in float(magnitude) }
  }

  package mutating func tokens(_ count: Int, vocabulary: Int) -> [Int32] {
    (0..<count).map { _ in Int32(integer(below: vocabulary)) }
  }
}
