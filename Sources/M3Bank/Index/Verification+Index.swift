import M3Bytes

extension Verification {
  /// Names in the folder that an index accounts for; the bank's manifest knows nothing of them.
  static let indexNames = [IndexManifest.fileName, IndexManifest.indexName]

  /// Checks the retrieval index, where there is one.
  /// - Returns: its manifest, where that can be trusted.
  /// - Parameters:
  ///   - names: in the folder, without those that the bank's manifest lists.
  ///   - manifest: nil where it cannot be trusted: then the index is still checked on its own.
  func checkIndex(_ names: Set<String>, manifest: BankManifest?) -> IndexManifest? {
    let (name, file) = (IndexManifest.fileName, IndexManifest.indexName)
    guard names.contains(name) else {
      if names.contains(file) { add(.unlistedFile, file: file, "there is no \(name) that lists it") }
      return nil
    }
    report.hasIndex = true
    guard isFile(name) else { return nil }
    let path = FilePaths.join(path, name)
    let index: IndexManifest? = attempt(.indexManifest, file: name) {
      let bytes = try ReadableFile.contents(of: path, limit: IndexManifest.Limits.size)
      count(UInt64(bytes.count))
      return try IndexManifest.parse(bytes)
    }
    guard let index else { return nil }
    if let manifest {
      do throws(FormatError) { try index.requireBank(manifest) } catch { add(.staleIndex, error, file: name) }
    }
    guard names.contains(file) else {
      add(.missingFile, file: file, "listed in \(name) and not there")
      return index
    }
    checkFile(BankManifest.File(name: file, role: "index", size: index.size, sha256: index.sha256))
    return index
  }

  /// Bytes of the index's files as they lie there, for progress.
  func indexByteCount(_ names: Set<String>) -> UInt64 {
    Self.indexNames.filter(names.contains).reduce(0) { sum, name in
      sum + ((try? FilePaths.size(FilePaths.join(path, name))) ?? 0)
    }
  }
}
