import M3Bank
import M3Bytes
import M3JSON
public import M3Stage
import M3Text

extension IndexStage {
  /// The last step: `index.faiss` and `index.json` in the bank and, with a key, its signature.
  public var closing: StageRunner.Closing {
    StageRunner.Closing(isDone: isDone, perform: { try commit($0.joined().map(\.name)) })
  }

  /// Whether the bank has an index of it, by this stage, in its size. Whether its bytes are whole is ``BankVerifier``'s to say.
  private func isDone() throws -> Bool {
    let path = FilePaths.join(bank.path, IndexManifest.indexName)
    do {
      let found = try IndexManifest(bank: bank.path)
      let expected = try manifest(size: found.size, sha256: found.sha256)
      guard try found == expected && FilePaths.kind(path) == .file && FilePaths.size(path) == found.size else {
        return false
      }
      if let key, try !BankSignature.isThere(found.statement, by: key.verificationKey, in: bank.path) { return false }
      // A run that was killed may have left the names without making them durable.
      try FilePaths.syncDirectory(bank.path)
      return true
    } catch is FormatError {
      return false
    } catch let error as FileError where error.isMissing {
      return false
    }
  }

  private func commit(_ names: [String]) throws {
    let builder = IndexBuilder(
      configuration: configuration, dimension: embedder.dimension, paths: names.map(folder.file), count: bank.count)
    let index = try builder.build()
    // Until both files are there, the bank has no index rather than one whose parts do not belong together.
    try FilePaths.remove(FilePaths.join(bank.path, IndexManifest.fileName))
    let (size, digest) = try index.write(to: FilePaths.join(bank.path, IndexManifest.indexName))
    let manifest = try manifest(size: size, sha256: digest)
    let bytes = manifest.serialized()
    // What cannot be read back, such as an embedder's identity nested too deep, is not written.
    _ = try IndexManifest.parse(bytes)
    try BankSignature.removeStale(unlessOf: manifest.statement, in: bank.path)
    try AtomicFile.write(bytes, to: FilePaths.join(bank.path, IndexManifest.fileName))
    if let key { try BankSignature(manifest.statement, by: key).write(to: bank.path) }
  }

  private func manifest(size: UInt64, sha256: SHA256Digest) throws -> IndexManifest {
    let empty = try configuration.empty(dimension: embedder.dimension)
    return try IndexManifest(
      bankRoot: bank.manifest.root, embedder: embedder.identity.json.objectValue ?? [:], factory: configuration.factory,
      dimension: embedder.dimension, count: bank.count, search: configuration.search(empty), size: size, sha256: sha256)
  }
}
