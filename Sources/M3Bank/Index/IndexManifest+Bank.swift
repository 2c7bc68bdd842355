public import M3Bytes

extension IndexManifest {
  /// Reads `index.json` of a bank's folder; the index itself is not looked at.
  /// - Throws: ``FileError``, `isMissing` where there is none; ``FormatError``.
  public init(bank folder: String) throws {
    let path = FilePaths.join(folder, Self.fileName)
    let bytes = try ReadableFile.contents(of: path, limit: Limits.size)
    do throws(FormatError) { self = try Self.parse(bytes) } catch { throw error.inFile(path) }
  }

  /// - Throws: ``FormatError`` `mismatch` with both roots where the index is of another bank, or with both counts.
  public func requireBank(_ manifest: BankManifest) throws(FormatError) {
    guard bankRoot == manifest.root else {
      throw FormatError(
        .mismatch(expected: "the bank's root \(manifest.root)", found: "an index of root \(bankRoot)"),
        field: "index.bank_root")
    }
    guard count == manifest.recordCount else {
      throw FormatError(
        .mismatch(expected: "\(manifest.recordCount), the bank's records", found: "\(count)"), field: "index.count")
    }
  }
}
