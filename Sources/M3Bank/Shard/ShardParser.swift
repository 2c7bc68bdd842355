import M3Bytes

/// A shard whose header, footer and index were checked completely.
struct ShardStructure: Sendable {
  let identity: ShardIdentity
  let index: ShardIndex
}

/// What parsing a shard's structure found; the one parser of the reader and of the verifier.
///
/// It goes on behind a problem as far as the rest can be trusted without the damaged part: a
/// reader throws the first problem, the verifier reports them all.
struct ShardParser {
  private(set) var structure: ShardStructure?
  /// In the order in which they were found; not empty where there is no structure.
  private(set) var problems: [(kind: Damage.Kind, error: FormatError)] = []

  /// - Parameter expecting: what the shard should be; it also stands in for a damaged header.
  /// - Throws: ``FileError`` only.
  init(_ file: ReadableFile, expecting: ShardIdentity?) throws {
    let size = file.size
    let allowed = ShardLayout.overhead(recordCount: 1)...ShardLimits.fileSize
    guard size >= UInt64(allowed.lowerBound) else {
      let problem = FormatError.Problem.truncated(needed: UInt64(allowed.lowerBound), available: size)
      problems.append((.footer, FormatError(problem, field: "shard", at: size, file: file.path)))
      return
    }
    guard size <= UInt64(allowed.upperBound) else {
      let problem = FormatError.Problem.outOfRange(
        found: "\(size)", allowed: "\(allowed.lowerBound) … \(allowed.upperBound)")
      problems.append((.footer, FormatError(problem, field: "shard size", at: 0, file: file.path)))
      return
    }
    let header = try attempt(.header, file) {
      try file.read(exactly: ShardLayout.headerSize, at: 0, field: "header").withUnsafeBytes {
        try ShardHeader(parsing: $0)
      }
    }
    if let header, let expecting {
      try attempt(.header, file) { try header.identity.requireMatch(expecting) }
    }
    let footer = try attempt(.footer, file) {
      let place = size - UInt64(ShardLayout.footerSize)
      return try file.read(exactly: ShardLayout.footerSize, at: place, field: "footer").withUnsafeBytes {
        try ShardFooter(parsing: $0, fileSize: Int(size))
      }
    }
    guard let footer else { return }
    if let header { try attempt(.header, file) { try ShardParser.requireMatch(header, footer, fileSize: size) } }
    guard let identity = header?.identity ?? expecting else { return }
    let index = try attempt(.index, file) {
      let bytes = try file.read(exactly: footer.indexLength, at: UInt64(footer.indexOffset), field: "index")
      return try ShardIndex(parsing: bytes, footer: footer, shardNumber: identity.shardNumber)
    }
    if let index { structure = ShardStructure(identity: identity, index: index) }
  }

  private static func requireMatch(_ header: ShardHeader, _ footer: ShardFooter, fileSize: UInt64) throws(FormatError) {
    let base = fileSize - UInt64(ShardLayout.footerSize)
    guard header.sum == footer.headerSum else {
      throw FormatError(
        .checksumMismatch(expected: Hexadecimal.string(footer.headerSum), found: Hexadecimal.string(header.sum)),
        field: "header sum in the footer", at: base + 24)
    }
    guard header.recordCount == footer.recordCount else {
      throw FormatError(
        .mismatch(expected: "\(header.recordCount) records", found: "\(footer.recordCount)"), field: "index length",
        at: base + 8)
    }
  }

  @discardableResult
  private mutating func attempt<T>(_ kind: Damage.Kind, _ file: ReadableFile, _ body: () throws -> T) throws -> T? {
    do {
      return try body()
    } catch let error as FormatError {
      problems.append((kind, error.inFile(file.path)))
      return nil
    }
  }
}
