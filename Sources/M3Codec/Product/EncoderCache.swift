import Synchronization

/// Encoders of cells, each made once when it is first asked for.
final class EncoderCache: Sendable {
  private let encoders: Mutex<[ProductEncoder?]>
  private let make: @Sendable (_ cell: Int) -> ProductEncoder

  init(count: Int, make: @escaping @Sendable (_ cell: Int) -> ProductEncoder) {
    encoders = Mutex(Array(repeating: nil, count: count))
    self.make = make
  }

  subscript(cell: Int) -> ProductEncoder {
    encoders.withLock { encoders in
      if let encoder = encoders[cell] { return encoder }
      let encoder = make(cell)
      encoders[cell] = encoder
      return encoder
    }
  }
}
