/// Sparse codecs: each key and each value takes as many bytes as every other one.
enum VectorFormat: Sendable, Equatable {
  /// 2 bytes an element.
  case bf16
  /// So many bits an element and a float16 scale a vector.
  case scalar(bits: Int)
  /// A code of so many bytes, whatever the dimension.
  case vector(byteCount: Int)

  /// Those that a plan shows.
  static func all(vectorSize: Int) -> [VectorFormat] {
    [.bf16] + [8, 4, 3, 2].map { .scalar(bits: $0) } + [.vector(byteCount: vectorSize)]
  }

  var name: String {
    switch self {
    case .bf16: "bf16"
    case .scalar(let bits): "int\(bits)"
    case .vector(let byteCount): "memory3, \(byteCount) bytes"
    }
  }

  /// Bytes of a vector of D elements; nil for a D whose codes fill no whole number of bytes.
  func size(dimension: Int) -> CheckedCount? {
    switch self {
    case .bf16: return 2 * CheckedCount(dimension)
    case .scalar(let bits):
      // The least number of elements whose codes end with a byte, and how many bytes these are.
      let (elements, bytes) = bits == 8 ? (1, 1) : bits == 4 ? (2, 1) : bits == 3 ? (8, 3) : (4, 1)
      guard dimension.isMultiple(of: elements) else { return nil }
      return 2 + CheckedCount(bytes) * CheckedCount(dimension / elements)
    case .vector(let byteCount): return CheckedCount(byteCount)
    }
  }
}
