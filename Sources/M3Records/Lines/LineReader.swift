#if canImport(Glibc)
import Glibc
#endif
import M3Bytes

/// Splits a stream into lines, one in memory at a time.
///
/// A line ends in LF or CR LF, the last one also at the end of the stream. A byte order mark at the
/// very start is dropped. The buffer grows to the longest line and never beyond `maximumLineBytes`
/// and two pieces; longer lines are passed over and reported.
final class LineReader {
  enum Line {
    /// The bytes, without the line's end, live until the next call.
    case line(UnsafeBufferPointer<UInt8>, number: Int, byteOffset: UInt64)
    case tooLong(beginning: [UInt8], byteCount: UInt64, number: Int, byteOffset: UInt64)
  }

  /// What is kept of a bad record.
  static let rawLimit = 64 << 10
  private static let pieceSize = 1 << 20

  private let source: any ByteSource
  private let maximumLineBytes: Int
  private var buffer: UnsafeMutableRawPointer
  private var capacity = 2 * LineReader.pieceSize
  /// The bytes of the buffer that were read and not yet given away.
  private var pending = 0..<0
  /// Offset in the stream of the first pending byte.
  private var byteOffset: UInt64 = 0
  private var number = 0
  private var reachedEnd = false
  private var failure: (any Error)?

  init(_ source: any ByteSource, maximumLineBytes: Int) {
    precondition(maximumLineBytes > 0, "a positive number of bytes")
    self.source = source
    self.maximumLineBytes = maximumLineBytes
    buffer = LineReader.reallocate(nil, capacity)
  }

  deinit { free(buffer) }

  /// - Returns: nil at the end of the stream.
  /// - Throws: what the source throws, and then again at each call.
  func next() throws -> Line? {
    var searched = 0
    while true {
      if let end = newline(from: pending.lowerBound + searched) { return take(upTo: end, lineEnd: 1) }
      searched = pending.count
      if reachedEnd { return pending.isEmpty ? nil : take(upTo: pending.upperBound, lineEnd: 0) }
      if pending.count > maximumLineBytes + 1 { return try skipLine() }
      try fill()
    }
  }

  private func newline(from start: Int) -> Int? {
    let found = memchr(buffer + start, 0x0A, pending.upperBound - start)
    return found.map { UnsafeRawPointer($0) - UnsafeRawPointer(buffer) }
  }

  private func take(upTo end: Int, lineEnd: Int) -> Line {
    let bytes = UnsafeRawBufferPointer(start: buffer, count: capacity)[pending.lowerBound..<end]
    var line = UnsafeRawBufferPointer(rebasing: bytes).assumingMemoryBound(to: UInt8.self)
    var offset = byteOffset
    consume(line.count + lineEnd)
    number += 1
    if lineEnd == 1 && line.last == 0x0D { line = UnsafeBufferPointer(rebasing: line.dropLast()) }
    if number == 1 && line.starts(with: [0xEF, 0xBB, 0xBF]) {
      line = UnsafeBufferPointer(rebasing: line.dropFirst(3))
      offset += 3
    }
    guard line.count <= maximumLineBytes else {
      let beginning = Array(line.prefix(LineReader.rawLimit))
      return .tooLong(beginning: beginning, byteCount: UInt64(line.count), number: number, byteOffset: offset)
    }
    return .line(line, number: number, byteOffset: offset)
  }

  /// Passes over the rest of a line that is too long already.
  private func skipLine() throws -> Line {
    let start = byteOffset
    let beginning = Array(UnsafeRawBufferPointer(start: buffer + pending.lowerBound, count: min(LineReader.rawLimit, pending.count)))
    number += 1
    while true {
      if let end = newline(from: pending.lowerBound) {
        let length = byteOffset - start + UInt64(end - pending.lowerBound)
        consume(end - pending.lowerBound + 1)
        return .tooLong(beginning: beginning, byteCount: length, number: number, byteOffset: start)
      }
      consume(pending.count)
      if reachedEnd {
        return .tooLong(beginning: beginning, byteCount: byteOffset - start, number: number, byteOffset: start)
      }
      try fill()
    }
  }

  private func consume(_ count: Int) {
    pending = pending.lowerBound + count..<pending.upperBound
    byteOffset += UInt64(count)
  }

  /// Reads one piece behind the pending bytes.
  private func fill() throws {
    if let failure { throw failure }
    if capacity - pending.upperBound < LineReader.pieceSize { makeRoom() }
    do {
      let room = UnsafeMutableRawBufferPointer(start: buffer + pending.upperBound, count: LineReader.pieceSize)
      let count = try source.read(into: room)
      pending = pending.lowerBound..<pending.upperBound + count
      reachedEnd = count == 0
    } catch {
      failure = error
      throw error
    }
  }

  private func makeRoom() {
    memmove(buffer, buffer + pending.lowerBound, pending.count)
    pending = 0..<pending.count
    guard capacity - pending.count < LineReader.pieceSize else { return }
    // Doubling, but no further than the longest line needs.
    capacity = max(pending.count + LineReader.pieceSize, min(2 * capacity, maximumLineBytes + 2 * LineReader.pieceSize))
    buffer = LineReader.reallocate(buffer, capacity)
  }

  /// Large blocks are moved by the page table, so that the old and the new one never both take memory.
  private static func reallocate(_ block: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawPointer {
    guard let block = realloc(block, count) else { fatalError("no memory for \(count) bytes of a line") }
    return block
  }
}
