internal import CSHA256

/// As much of swift-crypto's `SHA256` as the package uses.
public struct SHA256: Sendable {
  public typealias Digest = [UInt8]
  private var hash = csha256()

  public init() { csha256_begin(&hash) }

  public mutating func update(bufferPointer: UnsafeRawBufferPointer) {
    guard let base = bufferPointer.baseAddress else { return }
    csha256_update(&hash, base.assumingMemoryBound(to: UInt8.self), bufferPointer.count)
  }

  public func finalize() -> Digest {
    var hash = hash
    var digest = [UInt8](repeating: 0, count: 32)
    csha256_finish(&hash, &digest)
    return digest
  }

  public static func hash(data: [UInt8]) -> Digest {
    var hash = SHA256()
    data.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize()
  }
}
