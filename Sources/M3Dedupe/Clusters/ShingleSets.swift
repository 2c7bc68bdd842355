import M3Bytes
import Synchronization

/// The shingles of all tasks' texts, by number, from any thread. Files are opened when they are needed, and at most
/// ``openLimit`` at a time.
package final class ShingleSets: Sendable {
  package let numbering: TextNumbering
  private let paths: [String]
  private let state = Mutex(State())
  private static let openLimit = 256

  private struct State {
    var files: [Int: ShingleSetFile] = [:]
    /// In the order in which they were opened.
    var opened: [Int] = []
    var checked: Set<Int> = []
  }

  /// - Parameter paths: one a task.
  /// - Throws: ``FileError``; ``FormatError`` where a file is damaged.
  package init(paths: [String]) throws {
    self.paths = paths
    numbering = try TextNumbering(counts: paths.map { try ShingleSetFile(path: $0, checkingOffsets: false).count })
  }

  /// - Throws: ``FormatError`` where the file or the record is damaged; ``FileError``.
  package func text(_ number: UInt32) throws -> ShingledText {
    let (task, position) = numbering.place(of: number)
    return try file(task).text(at: position)
  }

  /// Bytes of a text's record.
  package func byteCount(_ number: UInt32) throws -> Int {
    let (task, position) = numbering.place(of: number)
    return try file(task).byteCount(at: position)
  }

  private func file(_ task: Int) throws -> ShingleSetFile {
    try state.withLock { state in
      if let file = state.files[task] { return file }
      if state.opened.count == Self.openLimit { state.files[state.opened.removeFirst()] = nil }
      let file = try ShingleSetFile(path: paths[task], checkingOffsets: !state.checked.contains(task))
      state.checked.insert(task)
      state.opened.append(task)
      state.files[task] = file
      return file
    }
  }
}
