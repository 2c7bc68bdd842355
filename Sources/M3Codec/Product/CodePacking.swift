/// Codes of a vector, packed from the lowest bit of the first byte on; bits behind the last code are zero.
struct CodePacking: Sendable {
  let bits: [Int]
  let centroidCounts: [UInt32]
  let vectorSize: Int
  /// Whether every code is one whole byte with no value to spare.
  private let isBytes: Bool

  init(_ layout: ProductLayout) {
    bits = layout.codes.map(\.bits)
    centroidCounts = layout.codes.map { UInt32($0.centroidCount) }
    vectorSize = layout.vectorSize
    isBytes = layout.codes.allSatisfy { $0.bits == 8 && $0.centroidCount == 256 }
  }

  func pack(_ codes: UnsafePointer<UInt32>, into bytes: inout [UInt8]) {
    var word: UInt64 = 0
    var held = 0
    for (index, width) in bits.enumerated() {
      word |= UInt64(codes[index]) << UInt64(held)
      held += width
      while held >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: word))
        word >>= 8
        held -= 8
      }
    }
    if held > 0 { bytes.append(UInt8(truncatingIfNeeded: word)) }
  }

  /// - Returns: the first vector with a code beyond its codebook, or with bits behind the last code; nil where there is none.
  func unpack(_ count: Int, _ vectors: UnsafeRawPointer, into codes: UnsafeMutablePointer<UInt32>) -> Int? {
    let bytes = vectors.assumingMemoryBound(to: UInt8.self)
    if isBytes {
      for index in 0..<count * vectorSize { codes[index] = UInt32(bytes[index]) }
      return nil
    }
    return bits.withUnsafeBufferPointer { bits in
      centroidCounts.withUnsafeBufferPointer { centroidCounts in
        for vector in 0..<count {
          var word: UInt64 = 0
          var held = 0
          var place = vector * vectorSize
          var isGood = true
          for code in 0..<bits.count {
            while held < bits[code] {
              word |= UInt64(bytes[place]) << UInt64(held)
              place += 1
              held += 8
            }
            let value = UInt32(truncatingIfNeeded: word & (1 << UInt64(bits[code]) - 1))
            isGood = isGood && value < centroidCounts[code]
            codes[vector * bits.count + code] = value
            word >>= UInt64(bits[code])
            held -= bits[code]
          }
          if !isGood || word != 0 { return vector }
        }
        return nil
      }
    }
  }
}
