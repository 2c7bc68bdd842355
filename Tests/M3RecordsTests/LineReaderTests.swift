import M3Bytes
import M3Records
import Testing

struct LineReaderTests {
  /// Gives bytes in pieces of changing size.
  private final class Pieces: ByteSource {
    private let bytes: [UInt8]
    private let sizes: [Int]
    private var position = 0
    private var calls = 0

    init(_ bytes: [UInt8], sizes: [Int]) {
      self.bytes = bytes
      self.sizes = sizes
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
      let count = min(sizes[calls % sizes.count], buffer.count, bytes.count - position)
      calls += 1
      buffer.copyBytes(from: bytes[position..<position + count])
      position += count
      return count
    }
  }

  private struct Found: Equatable {
    var bytes: [UInt8]
    var byteCount: Int
    var number: Int
    var byteOffset: UInt64
    var isTooLong: Bool
  }

  private func read(_ bytes: [UInt8], sizes: [Int], limit: Int) throws -> [Found] {
    let reader = LineReader(Pieces(bytes, sizes: sizes), maximumLineBytes: limit)
    var found: [Found] = []
    while let line = try reader.next() {
      switch line {
      case .line(let bytes, let number, let byteOffset):
        found.append(
          Found(bytes: Array(bytes), byteCount: bytes.count, number: number, byteOffset: byteOffset, isTooLong: false))
      case .tooLong(let beginning, let byteCount, let number, let byteOffset):
        found.append(
          Found(bytes: beginning, byteCount: Int(byteCount), number: number, byteOffset: byteOffset, isTooLong: true))
      }
    }
    return found
  }

  /// The slow twin: the whole stream split in memory.
  private func split(_ bytes: [UInt8], limit: Int) -> [Found] {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.enumerated().map { index, slice in
      var line = slice
      if line.last == 0x0D && line.endIndex < bytes.count { line.removeLast() }
      if index == 0 && line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
      let isTooLong = line.count > limit
      return Found(
        bytes: Array(line.prefix(isTooLong ? LineReader.rawLimit : limit)), byteCount: line.count, number: index + 1,
        byteOffset: UInt64(line.startIndex), isTooLong: isTooLong)
    }
  }

  @Test(arguments: [
    "", "\n", "\n\n", "a", "a\n", "a\nb", "a\r\nb\r\n", "\r\n\r\n", "a\rb\r", "\u{FEFF}", "\u{FEFF}\n",
    "\u{FEFF}a\n\u{FEFF}b",
    "a\n\r", "0123456789\n01234567890\n0123456789", "01234567890", "\u{FEFF}0123456789\r\n", "\u{FEFF}01234567890",
    "01234567890\r",
  ])
  func smallStreams(_ text: String) throws {
    let bytes = Array(text.utf8)
    for sizes in [[1], [2], [3], [1000], [1, 5, 2]] {
      #expect(try read(bytes, sizes: sizes, limit: 10) == split(bytes, limit: 10))
    }
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func streamsOfLinesOfAllLengths(_ seed: UInt64) throws {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var bytes: [UInt8] = []
    while bytes.count < 12_000_000 {
      let length = random([10, 1_000, 100_000, 2_999_000][random(4)])
      bytes += [UInt8](repeating: UInt8(random(200) + 14), count: length) + (random(2) == 0 ? [0x0A] : [0x0D, 0x0A])
    }
    if seed == 2 { bytes.removeLast() }
    for sizes in [[1 << 20], [1, 100_000], [65_536]] {
      #expect(try read(bytes, sizes: sizes, limit: 3_000_000) == split(bytes, limit: 3_000_000))
    }
  }

  @Test func longLinesArePassedOver() throws {
    // Some are found to be too long as a whole, some while they come.
    var bytes: [UInt8] = []
    for length in [99, 100, 101, 3_000_000, 0, 5_000_000, 100, 200_000] {
      bytes += [UInt8](repeating: UInt8(ascii: "x"), count: length) + (length % 3 == 0 ? [0x0D, 0x0A] : [0x0A])
    }
    for sizes in [[1 << 20], [1, 100_000], [777]] {
      let found = try read(bytes, sizes: sizes, limit: 100)
      #expect(found == split(bytes, limit: 100))
      #expect(found.map(\.isTooLong) == [false, false, true, true, false, true, false, true])
    }
    #expect(
      try read(Array(bytes.dropLast()), sizes: [1 << 20], limit: 100) == split(Array(bytes.dropLast()), limit: 100))
  }

  @Test func theSourcesErrorIsThrownAgain() throws {
    final class Broken: ByteSource {
      private var calls = 0
      func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        calls += 1
        // Once broken it would go on as if nothing had been: the reader must not ask again.
        if calls == 2 { throw FormatError(.truncated(needed: 1, available: 0), field: "stream") }
        buffer.copyBytes(from: Array("line\nrest".utf8))
        return calls == 1 ? 9 : 0
      }
    }
    let reader = LineReader(Broken(), maximumLineBytes: 100)
    #expect(try reader.next() != nil)
    for _ in 0..<3 { #expect(throws: FormatError.self) { try reader.next() } }
  }
}
