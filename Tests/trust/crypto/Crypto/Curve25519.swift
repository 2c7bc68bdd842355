internal import COpenSSL

/// As much of swift-crypto's Ed25519 as the package uses.
public enum Curve25519 {
  public enum Signing {
    public struct WrongLength: Error {}
    public struct Refused: Error {}

    public struct PrivateKey: Sendable {
      private let bytes: [UInt8]
      public let publicKey: PublicKey

      public init(rawRepresentation: some Collection<UInt8>) throws {
        guard rawRepresentation.count == 32 else { throw WrongLength() }
        bytes = Array(rawRepresentation)
        var key = [UInt8](repeating: 0, count: 32)
        guard openssl_public_key(bytes, &key) else { throw Refused() }
        publicKey = try PublicKey(rawRepresentation: key)
      }

      public func signature(for message: some Collection<UInt8>) throws -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        guard openssl_sign(bytes, Array(message), message.count, &signature) else { throw Refused() }
        return signature
      }
    }

    public struct PublicKey: Sendable {
      public let rawRepresentation: [UInt8]

      public init(rawRepresentation: some Collection<UInt8>) throws {
        guard rawRepresentation.count == 32 else { throw WrongLength() }
        self.rawRepresentation = Array(rawRepresentation)
      }

      public func isValidSignature(_ signature: some Collection<UInt8>, for message: some Collection<UInt8>) -> Bool {
        openssl_verify(rawRepresentation, Array(signature), signature.count, Array(message), message.count)
      }
    }
  }
}
