import M3Parallel

/// Splits rows into blocks and shares them out to threads. Blocks do not depend on the number of workers.
enum RowTasks {
  static let blockRows = 1024

  /// Calls `body` once for every block of rows, on up to `workers` threads.
  static func run(count: Int, workers: Int, _ body: @Sendable (Range<Int>) -> Void) {
    let blocks = (count + blockRows - 1) / blockRows
    ParallelLoop.run(blocks, workers: workers) { block in
      body(block * blockRows..<min(count, (block + 1) * blockRows))
    }
  }
}
