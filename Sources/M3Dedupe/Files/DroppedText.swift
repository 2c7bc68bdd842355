package import M3Bytes

/// A text that is dropped in favour of another one.
package struct DroppedText: RunEntry, Equatable {
  /// Why it is dropped: what reports count it under.
  package enum Kind: UInt32, Sendable {
    /// Near the kept text.
    case near = 0
    /// The kept text, byte for byte.
    case exact = 1

    package var reason: String {
      switch self {
      case .near: "near_duplicate"
      case .exact: "exact_duplicate"
      }
    }
  }

  /// Place among the texts of its task, from 0.
  package var position: UInt32
  /// Number of the kept text.
  package var kept: UInt32
  /// Jaccard's, of the shingle sets; NaN where it was not computed.
  package var similarity: Double
  /// A ``Kind``.
  package var kindCode: UInt32

  package static let byteCount = 20

  package init(position: UInt32, kept: UInt32, similarity: Double, kind: Kind) {
    self.position = position
    self.kept = kept
    self.similarity = similarity
    kindCode = kind.rawValue
  }

  package init(_ bytes: UnsafeRawPointer) {
    position = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
    kept = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    similarity = Double(
      bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    kindCode = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
  }

  package func store(to bytes: UnsafeMutableRawPointer) {
    bytes.storeBytes(of: position.littleEndian, as: UInt32.self)
    bytes.storeBytes(of: kept.littleEndian, toByteOffset: 4, as: UInt32.self)
    bytes.storeBytes(of: similarity.bitPattern.littleEndian, toByteOffset: 8, as: UInt64.self)
    bytes.storeBytes(of: kindCode.littleEndian, toByteOffset: 16, as: UInt32.self)
  }

  /// - Throws: ``FormatError`` `unsupported` for a code that is no kind.
  package func kind() throws(FormatError) -> Kind {
    guard let kind = Kind(rawValue: kindCode) else {
      throw FormatError(.unsupported(found: "kind \(kindCode)"), field: "kind")
    }
    return kind
  }
}
