/// What the product says to swift-crypto of Ed25519. Here nothing is signed, and no signature is good: a bank that has one
/// is refused behind its parser.
public enum Curve25519 {
  public enum Signing {
    public struct WrongLength: Error {}

    public struct PrivateKey: Sendable {
      public let publicKey: PublicKey

      public init(rawRepresentation: some Collection<UInt8>) throws {
        publicKey = try PublicKey(rawRepresentation: rawRepresentation)
      }

      public func signature(for message: some Collection<UInt8>) throws -> [UInt8] { [UInt8](repeating: 0, count: 64) }
    }

    public struct PublicKey: Sendable {
      public let rawRepresentation: [UInt8]

      public init(rawRepresentation: some Collection<UInt8>) throws {
        guard rawRepresentation.count == 32 else { throw WrongLength() }
        self.rawRepresentation = Array(rawRepresentation)
      }

      public func isValidSignature(_ signature: some Collection<UInt8>, for message: some Collection<UInt8>) -> Bool {
        false
      }
    }
  }
}
