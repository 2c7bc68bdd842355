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
    let statistics = (bank.codec as? Int4Codec)?.statistics
    func rows(_ part: Int) -> [Float] {
      entries.indices.flatMap { row -> [Float] in
        let place = part * rowCount + row
        guard let statistics else { return Self.bfloat16(vectors, row: place, dimension: shape.headDimension) }
        let first = (2 * entries[row] + part) * shape.headDimension
        return Self.int4(vectors, row: place, statistics, elements: first..<first + shape.headDimension)
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

  private static func int4(
    _ bytes: [UInt8], row: Int, _ statistics: HeadStatistics, elements: Range<Int>
  ) -> [Float] {
    let start = row * (2 + elements.count / 2)
    let scale = Float(Float16(bitPattern: UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8))
    return elements.enumerated().map { index, element -> Float in
      let byte = bytes[start + 2 + index / 2]
      let level = scale * (Float(index % 2 == 0 ? byte & 15 : byte >> 4) - 7.5)
      let scaled = statistics.deviations[element] * level
      return statistics.means[element] + scaled
    }
  }

  /// The keys as attention reads them: rotated behind the BOS, unless they are stored so.
  func rotatedKeys(_ producer: Producer) -> [Float] {
    if producer.keySpace == .afterRotation { return keys }
    let (dimension, half) = (producer.shape.headDimension, producer.shape.headDimension / 2)
    var rotated = keys
    for (row, position) in positions.enumerated() {
      for pair in 0..<half {
        let angle =
          Double(producer.bosTokens.count + position)
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
