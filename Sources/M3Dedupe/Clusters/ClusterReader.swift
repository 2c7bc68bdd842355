import M3Bytes
import M3JSON
import M3Records

/// Reads `clusters.jsonl.zst`, a line in memory at a time.
///
/// Damage is found by zstd's checksum of the whole file, so the file is read to its end.
struct ClusterReader {
  private let path: String
  private let source: LastByteSource
  private let lines: LineReader
  /// More than ``ClusterLine/dropLimit`` of the longest ids take.
  private static let lineLimit = 256 << 20

  /// - Throws: ``FileError``; ``FormatError`` `truncated` for an empty file: one of no cluster has a frame too.
  init(path: String) throws {
    self.path = path
    guard try FilePaths.size(path) > 0 else {
      throw FormatError(.truncated(needed: 1, available: 0), field: "zstd stream", file: path)
    }
    source = LastByteSource(try ZstdSource(path: path))
    lines = LineReader(source, maximumLineBytes: Self.lineLimit)
  }

  /// - Parameter body: says whether to go on; what follows is only checked to be undamaged.
  /// - Throws: ``FormatError`` for a line that is no cluster, and a damaged or truncated file; ``FileError``.
  func forEach(_ body: (ClusterLine) throws -> Bool) throws {
    var goesOn = true
    while let line = try lines.next() {
      guard case .line(let bytes, let number, _) = line else {
        throw FormatError(.outOfRange(found: "a longer line", allowed: "\(Self.lineLimit)"), field: "line", file: path)
      }
      guard goesOn else { continue }
      let cluster: ClusterLine
      do throws(FormatError) {
        cluster = try ClusterLine(json: .parse(Array(bytes)))
      } catch {
        var error = error.inFile(path)
        error.line = number
        throw error
      }
      goesOn = try body(cluster)
    }
    guard source.lastByte == nil || source.lastByte == 0x0A else {
      throw FormatError(.malformed("the last line has no end"), field: "line", file: path)
    }
  }
}

/// Knows the last byte that came.
private final class LastByteSource: ByteSource {
  private let source: any ByteSource
  private(set) var lastByte: UInt8?

  init(_ source: any ByteSource) {
    self.source = source
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try source.read(into: buffer)
    if count > 0 { lastByte = buffer[count - 1] }
    return count
  }
}
