import CXXHash
import CZlib
import M3Bytes
import M3Streams
import M3TestSupport

/// Compressed input: the first byte chooses the format, the rest is the file.
enum StreamTarget: FuzzTarget {
  static let name = "stream"

  private static let endings = ["", ".gz", ".zst", ".lz4"]
  /// A small file may hold much more; what is behind this is not asked for.
  private static let readLimit = 1 << 20

  static var seeds: [[UInt8]] {
    let text = Array(#"{"id":"a","text":"to be or not to be or not to be"}"#.utf8) + [0x0A]
    let zstd = ZstdFrame.compress(text, level: 3)
    let gzip = gzip(storing: text)
    let lz4: [UInt8] =
      lz4Header([0x40, 0x40]) + UInt32(text.count | 1 << 31).littleEndianBytes + text + [0, 0, 0, 0]
    let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 9, 9]
    return [
      [0] + text, [1] + gzip, [1] + gzip + gzip, [2] + zstd, [2] + zstd + skippable + zstd, [3] + lz4,
      [3] + skippable + lz4,
    ]
  }

  static func run(_ bytes: [UInt8]) throws {
    guard let choice = bytes.first else { return }
    let path = ScratchFiles.write(Array(bytes.dropFirst()), to: "input" + endings[Int(choice) % endings.count])
    let whole = try content(path, pieceSize: 1 << 16)
    let pieces = try content(path, pieceSize: 7)
    let common = min(whole.count, pieces.count)
    expect(whole[..<common] == pieces[..<common], "other bytes where they are read in small pieces")
    expect(whole.count == pieces.count || common >= readLimit / 16, "\(pieces.count) bytes and not \(whole.count)")
  }

  /// The content, up to some limit.
  private static func content(_ path: String, pieceSize: Int) throws -> [UInt8] {
    let source = try InputStreams.open(path)
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: pieceSize)
    while content.count < (pieceSize < 16 ? readLimit / 16 : readLimit) {
      let count = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
      expect((0...pieceSize).contains(count), "\(count) bytes in a piece of \(pieceSize)")
      if count == 0 { break }
      content += piece[..<count]
    }
    return content
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    let mutated = Mutation.bytes(bytes, limit: limit)
    return random.once(in: 8) ? mutated : reseal(mutated)
  }

  /// Makes the first checksum of a gzip member or of an LZ4 header fit.
  static func reseal(_ bytes: [UInt8]) -> [UInt8] {
    guard let choice = bytes.first else { return bytes }
    switch Int(choice) % endings.count {
    case 1: return [choice] + resealedGzip(Array(bytes.dropFirst()))
    case 3 where bytes.count >= 8 && bytes[1...4].elementsEqual([0x04, 0x22, 0x4D, 0x18]):
      let size = 2 + (bytes[5] & 8 != 0 ? 8 : 0) + (bytes[5] & 1 != 0 ? 4 : 0)
      guard bytes.count > 5 + size else { return bytes }
      var bytes = bytes
      bytes[5 + size] = lz4Sum(Array(bytes[5..<5 + size]))
      return bytes
    default: return bytes
    }
  }

  private static func lz4Header(_ descriptor: [UInt8]) -> [UInt8] {
    [0x04, 0x22, 0x4D, 0x18] + descriptor + [lz4Sum(descriptor)]
  }

  private static func lz4Sum(_ descriptor: [UInt8]) -> UInt8 {
    UInt8(truncatingIfNeeded: XXH32(descriptor, descriptor.count, 0) >> 8)
  }

  private static func gzip(storing text: [UInt8]) -> [UInt8] {
    let size = UInt16(text.count)
    let block = [1] + size.littleEndianBytes + (~size).littleEndianBytes + text
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + block + gzipTrailer(text)
  }

  private static func gzipTrailer(_ text: [UInt8]) -> [UInt8] {
    UInt32(truncatingIfNeeded: crc32(0, text, UInt32(text.count))).littleEndianBytes
      + UInt32(truncatingIfNeeded: text.count).littleEndianBytes
  }

  /// A first member without optional fields, with the trailer of what its blocks give.
  private static func resealedGzip(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > 18, bytes[3] == 0 else { return bytes }
    var stream = z_stream()
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return bytes }
    defer { inflateEnd(&stream) }
    var input = Array(bytes[10...])
    var output = [UInt8](repeating: 0, count: 1 << 16)
    let (status, left, produced) = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        let status = inflate(&stream, Z_FINISH)
        return (status, Int(stream.avail_in), output.count - Int(stream.avail_out))
      }
    }
    guard status == Z_STREAM_END else { return bytes }
    let end = bytes.count - left
    return bytes[..<end] + gzipTrailer(Array(output[..<produced])) + bytes[min(bytes.count, end + 8)...]
  }
}

extension FixedWidthInteger {
  fileprivate var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}
