/// Puts windows into batches that a thread computes at a time; holds one window.
package struct WindowBatcher {
  /// Tokens of a batch: enough rows to keep the matrix kernels busy, few enough for the cache.
  private static let tokenLimit = 512

  private let configuration: EncoderConfiguration
  private var waiting: ReferenceWindow?

  package init(_ configuration: EncoderConfiguration) {
    self.configuration = configuration
  }

  /// The next batch, of at least one window.
  /// - Parameter next: gives the next window, and nil behind the last.
  /// - Returns: nil behind the last batch.
  package mutating func next(_ next: () throws -> ReferenceWindow?) rethrows -> [ReferenceWindow]? {
    var batch: [ReferenceWindow] = []
    var tokenCount = 0
    while let window = try waiting ?? next() {
      waiting = nil
      let cost = cost(of: window)
      if !batch.isEmpty && tokenCount + cost > Self.tokenLimit {
        waiting = window
        break
      }
      batch.append(window)
      tokenCount += cost
    }
    return batch.isEmpty ? nil : batch
  }

  /// Rows of the larger of a window's passes.
  private func cost(of window: ReferenceWindow) -> Int {
    guard configuration.rule == .reconstruction else { return window.tokenCount }
    let repeated = window.own.reduce(0) { $0 + $1.tokens.count + configuration.repeatPrompt.count }
    return max(window.tokenCount, repeated)
  }
}
