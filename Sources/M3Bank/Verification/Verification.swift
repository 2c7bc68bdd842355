import M3Bytes

/// A verification under way.
final class Verification {
  let path: String
  let onProgress: ((UInt64, UInt64) -> Void)?
  var report: VerificationReport
  /// Who must have signed; nil where nobody knows.
  let publicKey: VerificationKey?
  /// Paths of shards whose structure is whole.
  private var soundShards: [String] = []
  private var totalByteCount: UInt64 = 0
  /// Decodes payloads; nil where that is not asked for, or the codec cannot be opened.
  private var payloadCheck: BankVerifier.PayloadCheck?

  init(
    path: String, level: BankVerifier.Level, publicKey: VerificationKey?, onProgress: ((UInt64, UInt64) -> Void)?
  ) {
    self.path = path
    self.publicKey = publicKey
    self.onProgress = onProgress
    report = VerificationReport(level: level, publicKey: publicKey)
  }

  func run() {
    guard let names = attempt(file: BankManifest.fileName, { try FilePaths.list(path) }) else { return }
    let manifest = readManifest(names)
    report.root = manifest?.root
    report.logicalRoot = manifest?.logicalRoot
    report.manifestSHA256 = manifest?.sha256
    let unlisted = Set(names).subtracting(manifest?.listing.map(\.name) ?? [])
    if let manifest {
      checkListing(manifest, names)
      totalByteCount = manifest.listing.reduce(report.byteCount) { $0 + $1.size } + indexByteCount(unlisted)
      let present = Set(names)
      for shard in manifest.shards where present.contains(shard.name) { checkShard(shard.number, manifest: manifest) }
      for file in manifest.files where present.contains(file.name) { checkFile(file) }
    } else {
      for name in names { if let number = ShardName.number(name) { checkShard(number, manifest: nil) } }
    }
    let index = checkIndex(unlisted, manifest: manifest)
    checkSignatures(unlisted, manifest: manifest, index: index)
    if report.level.readsAll { checkDuplicates() }
  }

  /// Opens the codec; a bank whose codec cannot be opened is damaged, whatever else is said of its files.
  func open(_ codec: () throws -> BankVerifier.PayloadCheck) {
    payloadCheck = attempt(.codec, file: BankManifest.fileName, codec)
  }

  private func readManifest(_ names: [String]) -> BankManifest? {
    let name = BankManifest.fileName
    guard names.contains(name) else {
      add(.missingFile, file: name, "the folder has no manifest")
      return nil
    }
    guard isFile(name) else { return nil }
    return attempt(.manifest, file: name) {
      let bytes = try ReadableFile.contents(of: FilePaths.join(path, name), limit: ManifestLimits.size)
      report.fileCount += 1
      report.byteCount += UInt64(bytes.count)
      return try BankManifest.parse(bytes)
    }
  }

  private func checkListing(_ manifest: BankManifest, _ names: [String]) {
    let present = Set(names)
    var listed = Set([BankManifest.fileName] + BankManifest.companionNames)
    for file in manifest.listing {
      listed.insert(file.name)
      if !present.contains(file.name) { add(.missingFile, file: file.name, "listed in the manifest and not there") }
    }
    for name in names where !listed.contains(name) { add(.unlistedFile, file: name, "not listed in the manifest") }
  }

  func checkFile(_ file: BankManifest.File) {
    guard isFile(file.name) else { return }
    let path = FilePaths.join(path, file.name)
    guard let size = attempt(file: file.name, { try FilePaths.size(path) }) else { return }
    count(size)
    defer { onProgress?(report.byteCount, totalByteCount) }
    checkSize(file.name, expected: file.size, found: size)
    // A file of another size has another hash: nothing is learnt from reading it, however long it is.
    guard size == file.size, report.level.readsAll,
      let digest = attempt(file: file.name, { try SHA256Digest.ofFile(path) })
    else { return }
    checkHash(file.name, expected: file.sha256, found: digest)
  }
}

extension Verification {
  private func checkShard(_ number: UInt32, manifest: BankManifest?) {
    let name = ShardName.string(number)
    guard isFile(name) else { return }
    let path = FilePaths.join(path, name)
    guard let file = attempt(file: name, shard: number, { try ReadableFile(path: path) }) else { return }
    report.shardCount += 1
    count(file.size)
    defer { onProgress?(report.byteCount, totalByteCount) }
    let listed = manifest.map { $0.shards[Int(number)] }
    if let listed { checkSize(name, shard: number, expected: listed.size, found: file.size) }
    let expecting = manifest?.identity.shard(number)
    guard let parser = attempt(file: name, shard: number, { try ShardParser(file, expecting: expecting) }) else {
      return
    }
    for problem in parser.problems { add(problem.kind, problem.error, file: name, shard: number) }
    if parser.problems.isEmpty { soundShards.append(path) }

    var digest: SHA256Digest?
    if let structure = parser.structure {
      let reader = ShardReader(file, structure)
      if let listed { checkTotals(reader, listed, shard: number) }
      if report.level.readsAll { digest = scan(reader, name, number, listed: listed) }
    } else if report.level.readsAll, listed?.size == file.size {
      digest = attempt(file: name, shard: number) { try SHA256Digest.ofFile(path) }
    }
    if let digest, let listed { checkHash(name, shard: number, expected: listed.sha256, found: digest) }
  }

  /// What the index alone says.
  private func checkTotals(_ reader: ShardReader, _ listed: ShardSummary, shard: UInt32) {
    var textByteCount: UInt64 = 0
    var compressedByteCount: UInt64 = 0
    for position in 0..<reader.count {
      let entry = reader.entry(at: position)
      textByteCount += UInt64(entry.textLength)
      compressedByteCount += UInt64(entry.compressedLength)
    }
    checkTotal(listed.name, shard, "records", UInt64(listed.recordCount), UInt64(reader.count))
    checkTotal(listed.name, shard, "text bytes", listed.textByteCount, textByteCount)
    checkTotal(listed.name, shard, "compressed bytes", listed.compressedByteCount, compressedByteCount)
  }

  /// Reads every record.
  /// - Returns: the SHA-256 of the file, nil where it could not be read to its end.
  private func scan(
    _ reader: ShardReader, _ name: String, _ number: UInt32, listed: ShardSummary?
  ) -> SHA256Digest? {
    var scan = ShardScan(reader, payloadCheck: payloadCheck)
    var problemCount = 0
    let summary = attempt(file: name, shard: number) {
      try scan.run { kind, record, error in
        add(kind, error, file: name, shard: number, record: record)
        problemCount += 1
      }
    }
    guard let summary else { return nil }
    report.recordCount += summary.recordCount
    if let listed, problemCount == 0 {
      checkTotal(name, number, "payload bytes", listed.payloadByteCount, summary.payloadByteCount)
      if listed.logicalSHA256 != summary.logicalSHA256 {
        let (expected, found) = (listed.logicalSHA256, summary.logicalSHA256)
        add(.total, file: name, shard: number, "logical SHA-256: listed \(expected), found \(found)")
      }
    }
    return summary.sha256
  }

  /// Over the shards whose structure is whole; of records that cannot be read the scan has told already.
  private func checkDuplicates() {
    let shards = soundShards
    let duplicates = attempt(file: BankManifest.fileName) {
      try BankAssembly.duplicateIDs(shardPaths: shards) { _ in }
    }
    for duplicate in duplicates ?? [] {
      let shard = UInt32(duplicate.second >> ShardLayout.positionBits)
      add(
        .duplicateID, file: ShardName.string(shard), shard: shard, record: duplicate.second,
        "the id of record \(duplicate.first) again: \(duplicate.id)")
    }
  }
}

extension Verification {
  private func checkSize(_ name: String, shard: UInt32? = nil, expected: UInt64, found: UInt64) {
    if expected != found { add(.fileSize, file: name, shard: shard, "listed with \(expected) bytes, has \(found)") }
  }

  private func checkHash(_ name: String, shard: UInt32? = nil, expected: SHA256Digest, found: SHA256Digest) {
    if expected != found { add(.fileHash, file: name, shard: shard, "SHA-256: listed \(expected), found \(found)") }
  }

  private func checkTotal(_ name: String, _ shard: UInt32, _ what: String, _ listed: UInt64, _ found: UInt64) {
    if listed != found { add(.total, file: name, shard: shard, "\(what): listed \(listed), found \(found)") }
  }

  /// Whether a name leads to a file; a folder, a pipe or a link to nowhere is damage, and is not opened.
  func isFile(_ name: String) -> Bool {
    guard let kind = attempt(file: name, { try FilePaths.kind(FilePaths.join(path, name)) }) else { return false }
    guard kind == .file else {
      add(.missingFile, file: name, kind == nil ? "a link that leads nowhere" : "not a file")
      return false
    }
    return true
  }

  func count(_ size: UInt64) {
    report.fileCount += 1
    report.byteCount += size
  }

  func add(
    _ kind: Damage.Kind, file: String, shard: UInt32? = nil, record: UInt64? = nil, _ message: String
  ) {
    report.damage.append(Damage(kind: kind, file: file, shard: shard, record: record, message: message))
  }

  /// The message leaves out what has a field of its own.
  func add(
    _ kind: Damage.Kind, _ error: FormatError, file: String, shard: UInt32? = nil, record: UInt64? = nil
  ) {
    report.damage.append(
      Damage(
        kind: kind, file: error.file.map { FilePaths.split($0).name } ?? file, shard: shard,
        record: record ?? error.record.flatMap { UInt64($0) }, byteOffset: error.byteOffset,
        message: "\(error.field): \(error.problem)"))
  }

  /// Runs what may fail: bad bytes become damage, what the system refuses is kept apart.
  func attempt<T>(
    _ kind: Damage.Kind = .record, file: String, shard: UInt32? = nil, _ body: () throws -> T
  ) -> T? {
    do {
      return try body()
    } catch let error as FormatError {
      add(kind, error, file: file, shard: shard)
    } catch let error as FileError {
      report.fileErrors.append(error)
    } catch {
      preconditionFailure("only FormatError and FileError are thrown below: \(error)")
    }
    return nil
  }
}
