/// Grows a byte string of little-endian fields.
public struct ByteWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  public var count: Int { bytes.count }

  public mutating func integer<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends the values of an array at once: a call for each takes many times longer.
  public mutating func integers(_ values: [UInt16]) {
    values.map { $0.littleEndian }.withUnsafeBytes { bytes.append(contentsOf: $0.bindMemory(to: UInt8.self)) }
  }

  public mutating func append(_ other: some Sequence<UInt8>) {
    // In another module nothing is specialized, and bytes would come one by one.
    let isAppended: Void? = other.withContiguousStorageIfAvailable { bytes.append(contentsOf: $0) }
    if isAppended == nil { bytes.append(contentsOf: other) }
  }

  public mutating func zeros(_ count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: count))
  }
}
