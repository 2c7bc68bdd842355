import Crypto

/// A public Ed25519 key (RFC 8032), as `openssl pkey -pubout` writes it.
public struct VerificationKey: Sendable, Equatable, CustomStringConvertible {
  /// 32 bytes.
  public let bytes: [UInt8]

  /// The DER of an Ed25519 key as SubjectPublicKeyInfo (RFC 8410, section 4) before the 32 bytes of the key: the algorithm
  /// 1.3.101.112, a bit string without unused bits.
  private static let prefix: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]

  init(_ key: Curve25519.Signing.PublicKey) {
    bytes = Array(key.rawRepresentation)
  }

  /// - Returns: nil unless the text is 64 lower-case hexadecimal digits.
  public init?(hexadecimal: String) {
    guard let bytes = Hexadecimal.bytes(hexadecimal), bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// Reads a PEM text that holds a public key and nothing else.
  /// - Throws: ``FormatError`` for anything but an Ed25519 key.
  public init(pem: [UInt8]) throws(FormatError) {
    bytes = try PEMText.body(pem, label: "PUBLIC KEY", prefix: Self.prefix, count: 32, what: "Ed25519 public key")
  }

  /// - Throws: ``FormatError`` naming the file; ``FileError``.
  public init(path: String) throws {
    let bytes = try ReadableFile.contents(of: path, limit: PEMText.sizeLimit)
    do throws(FormatError) { try self.init(pem: bytes) } catch { throw error.inFile(path) }
  }

  /// Whether the holder of the private key signed this message.
  public func isValid(signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
    return key.isValidSignature(signature, for: message)
  }

  /// 64 hexadecimal digits.
  public var description: String { Hexadecimal.string(bytes) }
}
