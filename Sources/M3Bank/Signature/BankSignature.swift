public import M3Bytes
import M3JSON

/// A signature in a bank's folder: a statement, and the key that signed it.
///
/// The key beside a signature proves nothing: whoever can write the bank can sign it with a key of his own. Only a key that
/// the reader got another way does.
public struct BankSignature: Sendable, Equatable {
  public let statement: SignedStatement
  /// Of the key that is said to have signed.
  public let publicKey: VerificationKey
  /// 64 bytes.
  let signature: [UInt8]

  /// Signs.
  /// - Throws: as ``SigningKey/signature(of:)``.
  public init(_ statement: SignedStatement, by key: SigningKey) throws(FormatError) {
    self.statement = statement
    publicKey = key.verificationKey
    signature = try key.signature(of: statement.message)
  }

  static let sizeLimit = 1 << 16

  private static func seal(_ statement: SignedStatement) -> SealedFields {
    SealedFields(
      name: "signature", format: statement.format, version: SignedStatement.version, sumKey: "file_sha256",
      limit: sizeLimit)
  }

  /// The bytes of the file: canonical JSON and a line feed.
  public func serialized() -> [UInt8] { Self.seal(statement).serialized(json) }

  private var json: JSONObject {
    var object: JSONObject = [
      "algorithm": "ed25519", "features": .array([]), "format": .string(statement.format),
      "public_key": .string(publicKey.description), "signature": .string(Hexadecimal.string(signature)),
      "version": .integer(Int64(SignedStatement.version)),
    ]
    for field in statement.fields { object[field.key] = .string(field.value) }
    return object
  }

  /// Parses a signature that must be of this statement, and checks it by the key that it names.
  /// - Throws: ``FormatError``: not canonical, a signature of something else, or one that its own key did not make.
  public init(_ bytes: [UInt8], of statement: SignedStatement) throws(FormatError) {
    let fields = try Self.seal(statement).parse(bytes)
    let keyText: String = try fields.required("public_key")
    guard let key = VerificationKey(hexadecimal: keyText) else {
      throw FormatError(.malformed("not 64 hexadecimal digits"), field: "signature.public_key")
    }
    let text: String = try fields.required("signature")
    guard let signature = Hexadecimal.bytes(text), signature.count == 64 else {
      throw FormatError(.malformed("not 128 hexadecimal digits"), field: "signature.signature")
    }
    self.statement = statement
    publicKey = key
    self.signature = signature
    try fields.requireEqual(json)
    guard key.isValid(signature: signature, of: statement.message) else {
      throw FormatError(.malformed("key \(key) did not make it"), field: "signature.signature")
    }
  }

  /// The signature of this statement in a bank's folder; nil where there is none.
  /// - Throws: ``FormatError`` naming the file; ``FileError``.
  public init?(of statement: SignedStatement, in folder: String) throws {
    let path = FilePaths.join(folder, statement.fileName)
    guard try FilePaths.kind(path) != nil else { return nil }
    let bytes = try ReadableFile.contents(of: path, limit: Self.sizeLimit)
    do throws(FormatError) { try self.init(bytes, of: statement) } catch { throw error.inFile(path) }
  }

  /// Puts the signature into a bank's folder.
  /// - Throws: ``FileError``.
  public func write(to folder: String) throws {
    try AtomicFile.write(serialized(), to: FilePaths.join(folder, statement.fileName))
  }

  /// Whether a bank's folder holds the signature of this statement that this key makes.
  /// - Throws: ``FileError``.
  public static func isThere(_ statement: SignedStatement, by key: VerificationKey, in folder: String) throws -> Bool {
    do {
      return try BankSignature(of: statement, in: folder)?.publicKey == key
    } catch is FormatError {
      return false
    }
  }

  /// Takes a signature of anything but this statement away, and what a writer that was killed left.
  /// - Throws: ``FileError``.
  package static func removeStale(unlessOf statement: SignedStatement, in folder: String) throws {
    let path = FilePaths.join(folder, statement.fileName)
    try FilePaths.remove(AtomicFile.temporaryPath(for: path))
    do {
      if try BankSignature(of: statement, in: folder) != nil { return }
    } catch is FormatError {
      // Damaged, or of something else.
    }
    try FilePaths.remove(path)
  }
}
