import Glibc
import M3Codec
import M3Memory
import M3Reader

/// The memory of a payload by the format's definition, a byte and an element at a time.
struct PlainMemory {
  var tokenCount: Int
  var counts: [Int]
  var positions: [Int]
  /// (rows, D).
  var keys: [Float]
  /// (rows, D).
  var values: [Float]

  /// A payload of at most 255 tokens.
  init(_ payload: [UInt8], _ bank: MemoryBank) throws {
    let shape = bank.producer.shape
    tokenCount = Int(payload[0]) | Int(payload[1]) << 8
    counts = payload[2..<2 + shape.entryCount].map { Int($0) }
    let rowCount = counts.reduce(0, +)
    let start = 2 + shape.entryCount
    positions = payload[start..<start + rowCount].map { Int($0) }
    let vectors = Array(payload[(start + rowCount)...])
    let entries = counts.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    let scalar = bank.codec as? ScalarCodec
    func rows(_ part: Int) -> [Float] {
      entries.indices.flatMap { row -> [Float] in
        let place = part * rowCount + row
        guard let scalar else { return Self.bfloat16(vectors, row: place, dimension: shape.headDimension) }
        let first = (2 * entries[row] + part) * shape.headDimension
        return Self.levels(vectors, row: place, scalar, elements: first..<first + shape.headDimension)
      }
    }
    (keys, values) = (rows(0), rows(1))
  }

  private static func bfloat16(_ bytes: [UInt8], row: Int, dimension: Int) -> [Float] {
    (0..<dimension).map {
      let place = 2 * (row * dimension + $0)
      return Float(bitPattern: UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 24)
    }
  }

  private static func levels(
    _ bytes: [UInt8], row: Int, _ codec: ScalarCodec, elements: Range<Int>
  ) -> [Float] {
    let bits = codec.width.rawValue
    let start = row * (2 + elements.count * bits / 8)
    let scale = Float(Float16(bitPattern: UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8))
    return elements.enumerated().map { index, element -> Float in
      var code = 0
      for bit in 0..<bits {
        let place = index * bits + bit
        code |= Int(bytes[start + 2 + place / 8] >> UInt8(place % 8) & 1) << bit
      }
      let level = scale * (Float(code) - Float((1 << bits) - 1) / 2)
      let scaled = codec.statistics.deviations[element] * level
      return codec.statistics.means[element] + scaled
    }
  }

  /// The keys as attention reads them: rotated so that the reference ends where a context begins, unless they are stored
  /// rotated.
  func rotatedKeys(_ producer: Producer, longestReference: Int) -> [Float] {
    if producer.keySpace == .afterRotation { return keys }
    let (dimension, half) = (producer.shape.headDimension, producer.shape.headDimension / 2)
    var rotated = keys
    for (row, position) in positions.enumerated() {
      for pair in 0..<half {
        let angle =
          Double(max(128, producer.bosTokens.count + longestReference) - tokenCount + position)
          * pow(Double(producer.rotaryBase)!, -2 * Double(pair) / Double(dimension))
        let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
        let (low, high) = (keys[row * dimension + pair], keys[row * dimension + half + pair])
        // One of the two products is fused, as in the model's own rotation.
        rotated[row * dimension + pair] = (-(high * sine)).addingProduct(low, cosine)
        rotated[row * dimension + half + pair] = (low * sine).addingProduct(high, cosine)
      }
    }
    return rotated
  }
}
