import M3Bytes
import M3JSON

extension Verification {
  /// Checks the signatures of the bank and of its index: each by the key that it names and, where the caller knows a key, by
  /// that one.
  /// - Parameters:
  ///   - names: in the folder, without those that the bank's manifest lists.
  ///   - manifest: nil where it cannot be trusted: then nothing is said of what it should be.
  ///   - index: nil where there is none that can be trusted.
  func checkSignatures(_ names: Set<String>, manifest: BankManifest?, index: IndexManifest?) {
    report.bankSigner = signer(SignedStatement.bankFileName, names, of: manifest?.statement, isWanted: manifest != nil)
    report.indexSigner = signer(SignedStatement.indexFileName, names, of: index?.statement, isWanted: report.hasIndex)
    if !report.hasIndex, names.contains(SignedStatement.indexFileName) {
      add(.unlistedFile, file: SignedStatement.indexFileName, "there is no index that it signs")
    }
  }

  /// - Parameter isWanted: whether there is something to sign.
  /// - Returns: the key that signed; nil where none did.
  private func signer(
    _ name: String, _ names: Set<String>, of statement: SignedStatement?, isWanted: Bool
  ) -> VerificationKey? {
    guard names.contains(name) else {
      if isWanted, publicKey != nil {
        let what = name == SignedStatement.bankFileName ? "the bank" : "its index"
        add(.signature, file: name, "\(what) is not signed")
      }
      return nil
    }
    guard isFile(name), let statement else { return nil }
    let signature: BankSignature? = attempt(.signature, file: name) {
      let bytes = try ReadableFile.contents(of: FilePaths.join(path, name), limit: BankSignature.sizeLimit)
      count(UInt64(bytes.count))
      return try BankSignature(bytes, of: statement)
    }
    guard let signature else { return nil }
    if let publicKey, signature.publicKey != publicKey {
      add(.signature, file: name, "signed by key \(signature.publicKey), not by \(publicKey)")
    }
    return signature.publicKey
  }
}

extension VerificationReport {
  /// What is known of who made the bank.
  public enum SignatureStatus: String, Sendable {
    /// There is no signature, and nobody asked for one.
    case none
    /// There is one, but no key to check it by that is known from elsewhere.
    case unchecked
    /// The key that the caller knows signed the bank, and its index where there is one.
    case valid
    /// The caller knows a key, and it did not sign all that there is.
    case refused
  }

  public var signatureStatus: SignatureStatus {
    guard let publicKey else { return bankSigner == nil && indexSigner == nil ? .none : .unchecked }
    return bankSigner == publicKey && (!hasIndex || indexSigner == publicKey) ? .valid : .refused
  }

  /// Whether every byte is what the holder of the known key signed.
  public var excludesMalice: Bool { signatureStatus == .valid && outcome == .intact && level.readsAll }

  var signatureJSON: JSONObject {
    var object: JSONObject = ["status": .string(signatureStatus.rawValue), "excludes_malice": .bool(excludesMalice)]
    object["key"] = bankSigner.map { .string($0.description) }
    object["index_key"] = indexSigner.map { .string($0.description) }
    return object
  }
}
