import M3Bytes
import M3JSON

/// What a signature says of a bank or of its index (see the article "Signatures").
///
/// What is signed is the format's name and version and a line a field: nothing else that a key signs looks like it.
public struct SignedStatement: Sendable, Equatable {
  struct Field: Sendable, Equatable {
    let key: String
    let value: String
  }

  /// `m3-bank-signature` or `m3-index-signature`.
  let format: String
  /// Name of the signature's file in the bank's folder.
  public let fileName: String
  let fields: [Field]

  /// Files that may hold signatures; the bank's manifest knows nothing of them.
  static let fileNames = [bankFileName, indexFileName]
  static let bankFileName = "signature.json"
  static let indexFileName = "index-signature.json"
  static let version = 1

  /// Of a bank: all of its files by the root, and by the manifest's own sum what they are for.
  init(_ manifest: BankManifest) {
    format = "m3-bank-signature"
    fileName = Self.bankFileName
    fields = [
      Field(key: "bank_id", value: Hexadecimal.string(manifest.identity.bankID)),
      Field(key: "root", value: manifest.root.description),
      Field(key: "manifest_sha256", value: manifest.sha256.description),
    ]
  }

  /// Of a retrieval index.
  init(_ index: IndexManifest) {
    format = "m3-index-signature"
    fileName = Self.indexFileName
    fields = [
      Field(key: "bank_root", value: index.bankRoot.description),
      Field(key: "index_sha256", value: index.manifestSHA256.description),
    ]
  }

  /// The bytes that are signed.
  public var message: [UInt8] {
    Array("\(format) \(Self.version)\n".utf8) + fields.flatMap { Array("\($0.key) \($0.value)\n".utf8) }
  }
}

extension BankManifest {
  /// What a signature of this bank says.
  public var statement: SignedStatement { SignedStatement(self) }
}

extension IndexManifest {
  /// What a signature of this index says.
  public var statement: SignedStatement { SignedStatement(self) }
}
