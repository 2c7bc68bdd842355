internal import COpenSSL

/// As much of swift-crypto's `SHA256` as the package uses.
public struct SHA256: Sendable {
  public typealias Digest = [UInt8]
  private var hash = openssl_sha256()

  public init() { openssl_sha256_begin(&hash) }

  public mutating func update(bufferPointer: UnsafeRawBufferPointer) {
    guard let base = bufferPointer.baseAddress else { return }
    openssl_sha256_update(&hash, base.assumingMemoryBound(to: UInt8.self), bufferPointer.count)
  }

  public func finalize() -> Digest {
    var hash = hash
    var digest = [UInt8](repeating: 0, count: 32)
    openssl_sha256_finish(&hash, &digest)
    return digest
  }

  public static func hash(data: [UInt8]) -> Digest {
    var hash = SHA256()
    data.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize()
  }
}
