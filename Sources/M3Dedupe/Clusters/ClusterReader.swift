import M3Bytes
import M3JSON
import M3Records

/// Reads `clusters.jsonl.zst`, a line in memory at a time.
struct ClusterReader {
  private let path: String
  private let lines: LineReader
  /// More than ``ClusterLine/dropLimit`` of the longest ids take.
  private static let lineLimit = 256 << 20

  /// - Throws: ``FileError``.
  init(path: String) throws {
    self.path = path
    lines = LineReader(try ZstdSource(path: path), maximumLineBytes: Self.lineLimit)
  }

  /// - Parameter body: says whether to go on.
  /// - Throws: ``FormatError`` for a line that is no cluster; ``FileError``.
  func forEach(_ body: (ClusterLine) throws -> Bool) throws {
    while let line = try lines.next() {
      guard case .line(let bytes, let number, _) = line else {
        throw FormatError(.outOfRange(found: "a longer line", allowed: "\(Self.lineLimit)"), field: "line", file: path)
      }
      let cluster: ClusterLine
      do throws(FormatError) {
        cluster = try ClusterLine(json: .parse(Array(bytes)))
      } catch {
        var error = error.inFile(path)
        error.line = number
        throw error
      }
      guard try body(cluster) else { return }
    }
  }
}
