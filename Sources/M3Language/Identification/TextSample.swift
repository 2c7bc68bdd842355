/// Pieces of a long text, evenly spread: the first is its beginning, the last its end.
enum TextSample {
  static let pieceCount = 16

  /// A text of as many bytes as the limit, or a few fewer: the pieces' code points are whole, and a line end stands
  /// between two pieces.
  ///
  /// - Parameter utf8: more bytes than the limit has.
  static func bytes(of utf8: UnsafeBufferPointer<UInt8>, limit: Int) -> [UInt8] {
    // A start moves back by three bytes at the most.
    let length = limit / pieceCount - 4
    let stride = (utf8.count - length) / (pieceCount - 1)
    var sample: [UInt8] = []
    sample.reserveCapacity(limit)
    for piece in 0..<pieceCount {
      let start = piece == pieceCount - 1 ? utf8.count - length : piece * stride
      sample += utf8[boundary(from: start, in: utf8)..<boundary(from: start + length, in: utf8)]
      sample.append(0x0A)
    }
    return sample
  }

  /// The first byte of the code point that the place lies in. Of bytes that are no UTF-8 any may be one.
  private static func boundary(from place: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Int {
    guard place < utf8.count else { return utf8.count }
    var start = place
    while start > max(0, place - 3), utf8[start] & 0xC0 == 0x80 { start -= 1 }
    return start
  }
}
