/// A number under the key by which it is sorted: a text under a band's key, a bucket under a text's place in the order.
package struct KeyedNumber: RunEntry, Equatable {
  package var key: UInt64
  package var number: UInt32

  package static let byteCount = 12

  package init(key: UInt64, number: UInt32) {
    self.key = key
    self.number = number
  }

  package init(_ bytes: UnsafeRawPointer) {
    key = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    number = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
  }

  package func store(to bytes: UnsafeMutableRawPointer) {
    bytes.storeBytes(of: key.littleEndian, as: UInt64.self)
    bytes.storeBytes(of: number.littleEndian, toByteOffset: 8, as: UInt32.self)
  }
}
