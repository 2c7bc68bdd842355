import M3Bytes
import M3Command
import M3JSON

extension FidelityPoint {
  /// Larger files are refused: one has a line of a kilobyte a bank.
  private static let maximumFileSize = 1 << 26

  /// Reads points, a JSON object a line.
  /// - Throws: ``FileError``; ``FormatError`` with the line and the offset in the file.
  static func read(path: String) throws -> [FidelityPoint] {
    let bytes = try ReadableFile.contents(of: path, limit: maximumFileSize)
    var points: [FidelityPoint] = []
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty { continue }
      do throws(FormatError) {
        points.append(try FidelityPoint(JSONFields(JSONValue.parse(Array(line)), path: "fidelity").object))
      } catch {
        var error = error.offset(by: UInt64(line.startIndex)).inFile(path)
        error.line = number + 1
        throw error
      }
    }
    guard !points.isEmpty else { throw FormatError(.missing("measurements"), field: "from", file: path) }
    return points
  }

  /// Refuses points that were measured on different items, or beside different numbers of other references.
  /// - Throws: `UsageError` naming the first two that differ.
  static func requireComparable(_ points: [FidelityPoint]) throws {
    guard let first = points.first else { return }
    for point in points {
      guard point.itemsSum == first.itemsSum, point.itemCount == first.itemCount else {
        throw UsageError(
          "\(first.series) and \(point.series) were measured on different items: \(first.itemCount) and "
            + "\(point.itemCount), sums \(first.itemsSum) and \(point.itemsSum)")
      }
      guard point.distractorCount == first.distractorCount else {
        throw UsageError(
          "\(first.series) was measured with \(first.distractorCount) distractors, \(point.series) with "
            + "\(point.distractorCount)")
      }
    }
  }
}
