import Dispatch
import M3Transformer

/// Batches read by threads that have a forward pass each.
enum ThreadedPasses {
  /// Thread t reads batches t, t + `threads`, …: each the same number, so that threads can be compared.
  static func run<Batch: Sendable>(
    _ batches: [Batch], _ model: LlamaModel, threads: Int, _ read: @Sendable (ForwardPass, Batch) -> Void
  ) {
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let pass = ForwardPass(model: model)
      for index in stride(from: thread, to: batches.count, by: threads) { read(pass, batches[index]) }
    }
  }
}
