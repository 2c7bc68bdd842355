import M3Command
import M3Filter

/// Points as a table for people.
enum FidelityTable {
  static func text(_ points: [FidelityPoint]) -> String {
    guard let first = points.first else { return "" }
    let tasks = first.tasks.map(\.name)
    var rows = [["curve", "codec", "KB a reference"] + tasks + ["recovered", "95 % interval"]]
    for point in points {
      let byTask = tasks.map { name in point.tasks.first { $0.name == name }?.recovered }
      let cells = (byTask + [point.recovered]).map { $0?.formatted(decimals: 3) ?? "-" }
      let interval = point.interval.map {
        "\($0.lowerBound.formatted(decimals: 3)) to \($0.upperBound.formatted(decimals: 3))"
      }
      rows.append(
        [point.series, point.codec, (point.bytesPerReference / 1024).formatted(decimals: 2)] + cells
          + [interval ?? "-"])
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].unicodeScalars.count }.max() ?? 0 }
    var text = ""
    for row in rows {
      let cells = zip(row, widths).enumerated().map { column, cell in
        column < 2 ? DecimalText.left(cell.0, cell.1) : DecimalText.right(cell.0, cell.1)
      }
      text += cells.joined(separator: "  ") + "\n"
    }
    return text + "\(first.itemCount) items, \(first.distractorCount) distractors; 1 KB is 1024 bytes\n"
  }
}
