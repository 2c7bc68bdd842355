import Crypto

/// A private Ed25519 key (RFC 8032), as `openssl genpkey -algorithm ed25519` writes it.
public struct SigningKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// The DER of an Ed25519 key in PKCS#8 (RFC 8410, section 7) before the 32 bytes of the key: version 0, the algorithm
  /// 1.3.101.112, an octet string in an octet string.
  private static let prefix: [UInt8] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]

  /// Reads a PEM text that holds a private key and nothing else.
  /// - Throws: ``FormatError`` for anything but an Ed25519 key, unencrypted, in PKCS#8.
  public init(pem: [UInt8]) throws(FormatError) {
    let bytes = try PEMText.body(pem, label: "PRIVATE KEY", prefix: Self.prefix, count: 32, what: "Ed25519 private key")
    do { key = try Curve25519.Signing.PrivateKey(rawRepresentation: bytes) } catch {
      throw FormatError(.malformed("not an Ed25519 private key"), field: "key")
    }
  }

  /// - Throws: ``FormatError`` naming the file; ``FileError``.
  public init(path: String) throws {
    let bytes = try ReadableFile.contents(of: path, limit: PEMText.sizeLimit)
    do throws(FormatError) { try self.init(pem: bytes) } catch { throw error.inFile(path) }
  }

  public var verificationKey: VerificationKey { VerificationKey(key.publicKey) }

  /// The signature of a message, 64 bytes: the same each time.
  /// - Throws: ``FormatError`` where the library refuses to sign.
  public func signature(of message: [UInt8]) throws(FormatError) -> [UInt8] {
    do { return Array(try key.signature(for: message)) } catch {
      throw FormatError(.malformed("cannot sign: \(error)"), field: "key")
    }
  }
}
