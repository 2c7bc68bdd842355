/// Bytes of a text in UTF-8, those of a longer one than 4 GiB counted as so many.
package struct TextLength: RunEntry, Equatable {
  package var count: UInt32

  package static let byteCount = 4

  package init(_ count: UInt32) {
    self.count = count
  }

  package init(_ bytes: UnsafeRawPointer) {
    count = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
  }

  package func store(to bytes: UnsafeMutableRawPointer) {
    bytes.storeBytes(of: count.littleEndian, as: UInt32.self)
  }
}
