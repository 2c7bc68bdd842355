/// What M3Tensor refuses.
public enum TensorError: Error, Equatable, Sendable {
  /// No kernel set of this name runs on this machine.
  case unknownKernels(name: String, available: [String])

  /// A product of sizes, in bytes, does not fit an address space.
  case sizeOverflow(factors: [Int])

  /// A rotary table's shape is not one: the head dimension is odd or not positive, positions are negative, the base
  /// is not a positive number, or there are not D/2 positive frequency factors.
  case invalidRotaryShape(String)

  /// A block of 32 values has NaN, an infinity, or a magnitude whose scale half precision cannot hold.
  case notRoundable(block: Int)
}

extension TensorError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownKernels(let name, let available):
      "no kernels named \"\(name)\" on this machine; it has \(available.joined(separator: ", "))"
    case .sizeOverflow(let factors):
      "a buffer of \(factors.map(String.init).joined(separator: " × ")) elements is larger than memory can be"
    case .invalidRotaryShape(let reason):
      "invalid rotary embedding: \(reason)"
    case .notRoundable(let block):
      "block \(block) has a value that is not finite or too large to be rounded to 8 bits"
    }
  }
}
