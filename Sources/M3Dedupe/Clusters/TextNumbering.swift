package import M3Bytes

/// Numbers the texts of all tasks in the order of the input: what is the smallest id.
package struct TextNumbering: Sendable, Equatable {
  /// The number of each task's first text; behind them, how many texts there are.
  private let bases: [UInt32]

  /// Texts that can be told apart.
  package static let limit = Int(UInt32.max)

  /// - Parameter counts: texts of each task.
  /// - Throws: ``FormatError`` `outOfRange` for more than ``limit``.
  package init(counts: [Int]) throws(FormatError) {
    var bases: [UInt32] = [0]
    for count in counts {
      let (sum, overflow) = Int(bases[bases.count - 1]).addingReportingOverflow(count)
      guard !overflow, count >= 0, sum <= Self.limit else {
        throw FormatError(.outOfRange(found: "more texts", allowed: "at most \(Self.limit)"), field: "texts")
      }
      bases.append(UInt32(sum))
    }
    self.bases = bases
  }

  package var taskCount: Int { bases.count - 1 }
  package var textCount: Int { Int(bases[bases.count - 1]) }

  /// Texts of a task.
  package func count(task: Int) -> Int { Int(bases[task + 1] - bases[task]) }

  /// - Throws: ``FormatError`` `outOfRange` for a position that the task does not have.
  package func number(task: Int, position: UInt32) throws(FormatError) -> UInt32 {
    let (number, overflow) = bases[task].addingReportingOverflow(position)
    guard !overflow, number < bases[task + 1] else {
      throw FormatError(
        .outOfRange(found: "\(position)", allowed: "less than the task's \(count(task: task)) texts"),
        field: "position")
    }
    return number
  }

  /// The task of a text and its place among the task's texts; O(log tasks).
  /// - Precondition: there is such a text.
  package func place(of number: UInt32) -> (task: Int, position: Int) {
    precondition(number < bases[bases.count - 1], "no such text")
    // The last base that is not above; tasks without texts share theirs with the next.
    var (low, high) = (0, bases.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if bases[middle] <= number { low = middle } else { high = middle }
    }
    return (low, Int(number - bases[low]))
  }
}
