import M3Bytes
import M3Memory

/// The head of every payload: which tokens each entry keeps.
///
/// Little-endian: u16 token count T; one count an entry; one position a row. Counts and positions take one byte each
/// where T ≤ 255 and two otherwise.
package struct PayloadHeader: Sendable, Equatable {
  package let tokenCount: Int
  /// (entries).
  package let counts: [Int]
  /// (rows).
  package let positions: [UInt16]

  init(_ memory: SparseMemory) {
    tokenCount = memory.tokenCount
    counts = memory.counts
    positions = memory.positions
  }

  /// First row of each entry, and the number of all rows at the end.
  var offsets: [Int] { SparseMemory.offsets(counts) }

  func write(into writer: inout ByteWriter) {
    writer.integer(UInt16(tokenCount))
    if tokenCount <= 255 {
      writer.append(counts.map { UInt8($0) })
      writer.append(positions.map { UInt8($0) })
    } else {
      for count in counts { writer.integer(UInt16(count)) }
      for position in positions { writer.integer(position) }
    }
  }

  /// - Throws: ``FormatError``; nothing is allocated beyond what the bytes hold.
  init(_ reader: inout ByteReader, shape: MemoryShape) throws(FormatError) {
    tokenCount = Int(try reader.integer(UInt16.self, "token count"))
    let isNarrow = tokenCount <= 255
    func numbers(_ count: Int, _ field: String) throws(FormatError) -> [UInt16] {
      let slice = try reader.slice(isNarrow ? count : 2 * count, field)
      if isNarrow { return slice.map { UInt16($0) } }
      return (0..<count).map { UInt16(littleEndian: slice.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self)) }
    }
    counts = try numbers(shape.entryCount, "counts").map { Int($0) }
    let offset = reader.byteOffset
    positions = try numbers(counts.reduce(0, +), "positions")
    if let problem = SparseMemory.firstInconsistency(tokenCount: tokenCount, counts: counts, positions: positions) {
      throw FormatError(.malformed(problem), field: "positions", at: offset)
    }
  }
}
