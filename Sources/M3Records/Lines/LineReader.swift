#if canImport(Glibc)
  import Glibc
#endif
package import M3Bytes

/// Splits a stream into lines, one in memory at a time.
///
/// A line ends in LF or CR LF, the last one also at the end of the stream. A byte order mark at the
/// very start of the file is dropped. The buffer grows to the longest line and never beyond `maximumLineBytes`
/// and two pieces; longer lines are passed over and reported.
package final class LineReader {
  package enum Line {
    /// The bytes, without the line's end, live until the next call.
    case line(UnsafeBufferPointer<UInt8>, number: Int, byteOffset: UInt64)
    case tooLong(beginning: [UInt8], byteCount: UInt64, number: Int, byteOffset: UInt64)
  }

  /// What is kept of a bad record.
  package static let rawLimit = 64 << 10
  private static let pieceSize = 1 << 20
  /// U+FEFF, the byte order mark.
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private let source: any ByteSource
  private let maximumLineBytes: Int
  /// A line of more bytes is too long, whatever comes.
  private let skipThreshold: Int
  private var buffer: UnsafeMutableRawPointer
  private var capacity = 2 * LineReader.pieceSize
  /// The bytes of the buffer that were read and not yet given away.
  private var pending = 0..<0
  /// Offset in the decompressed file of the first pending byte.
  private var byteOffset: UInt64
  private var number: Int
  private var reachedEnd = false
  private var failure: (any Error)?

  /// - Parameters:
  ///   - byteOffset: where in the file the source begins.
  ///   - firstLine: the number of the source's first line.
  package init(_ source: any ByteSource, maximumLineBytes: Int, byteOffset: UInt64 = 0, firstLine: Int = 1) {
    precondition((1...1 << 40).contains(maximumLineBytes), "a number of bytes from 1 to 2^40")
    self.source = source
    self.maximumLineBytes = maximumLineBytes
    self.byteOffset = byteOffset
    number = firstLine - 1
    buffer = LineReader.reallocate(nil, capacity)
    // A mark before the line and a CR behind it do not count; and what is kept of it has come.
    skipThreshold = max(maximumLineBytes + 1, LineReader.rawLimit) + LineReader.mark.count
  }

  deinit { free(buffer) }

  /// - Returns: nil at the end of the stream.
  /// - Throws: what the source throws, and then again at each call.
  package func next() throws -> Line? {
    var searched = 0
    while true {
      if let end = newline(from: pending.lowerBound + searched) { return take(upTo: end, lineEnd: 1) }
      searched = pending.count
      if reachedEnd { return pending.isEmpty ? nil : take(upTo: pending.upperBound, lineEnd: 0) }
      if pending.count > skipThreshold { return try skipLine() }
      try fill()
    }
  }

  private func newline(from start: Int) -> Int? {
    let found = memchr(buffer + start, 0x0A, pending.upperBound - start)
    return found.map { UnsafeRawPointer($0) - UnsafeRawPointer(buffer) }
  }

  private func take(upTo end: Int, lineEnd: Int) -> Line {
    dropMark(upTo: end)
    let offset = byteOffset
    var count = end - pending.lowerBound
    let line = UnsafeRawBufferPointer(start: buffer + pending.lowerBound, count: count)
    consume(count + lineEnd)
    number += 1
    if lineEnd == 1 && line.last == 0x0D { count -= 1 }
    guard count <= maximumLineBytes else {
      let beginning = Array(line[..<min(count, LineReader.rawLimit)])
      return .tooLong(beginning: beginning, byteCount: UInt64(count), number: number, byteOffset: offset)
    }
    let bytes = UnsafeRawBufferPointer(rebasing: line[..<count]).assumingMemoryBound(to: UInt8.self)
    return .line(bytes, number: number, byteOffset: offset)
  }

  /// Passes over the rest of a line that is too long already.
  private func skipLine() throws -> Line {
    dropMark(upTo: pending.upperBound)
    let start = byteOffset
    let beginning = Array(UnsafeRawBufferPointer(start: buffer + pending.lowerBound, count: LineReader.rawLimit))
    number += 1
    while true {
      if let end = newline(from: pending.lowerBound) {
        // The byte before is still here, so that a CR is seen.
        let hasReturn = (buffer + end - 1).load(as: UInt8.self) == 0x0D
        let count = byteOffset - start + UInt64(end - pending.lowerBound) - (hasReturn ? 1 : 0)
        consume(end + 1 - pending.lowerBound)
        return .tooLong(beginning: beginning, byteCount: count, number: number, byteOffset: start)
      }
      if reachedEnd {
        consume(pending.count)
        return .tooLong(beginning: beginning, byteCount: byteOffset - start, number: number, byteOffset: start)
      }
      consume(pending.count - 1)
      try fill()
    }
  }

  /// Passes over a byte order mark at the start of the file.
  private func dropMark(upTo end: Int) {
    guard byteOffset == 0, end - pending.lowerBound >= LineReader.mark.count else { return }
    let start = UnsafeRawBufferPointer(start: buffer + pending.lowerBound, count: LineReader.mark.count)
    if start.elementsEqual(LineReader.mark) { consume(LineReader.mark.count) }
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
