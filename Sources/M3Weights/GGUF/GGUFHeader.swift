import M3Bytes

/// Everything before the tensor data: parsed, and checked against the file's size.
struct GGUFHeader {
  var version: UInt32 = 0
  var metadata: [String: GGUFValue] = [:]
  /// Where the value of each key begins in the file.
  var valueOffsets: [String: UInt64] = [:]
  var tensorNames: [String] = []
  var tensors: [String: GGUFTensor] = [:]

  /// - Throws: ``FormatError`` with field and byte offset; ``FileError``.
  init(_ file: ReadableFile) throws {
    var cursor = GGUFCursor(file)
    version = try GGUFHeader.readVersion(&cursor)
    let tensorCountOffset = cursor.position
    let tensorCount: UInt64 = try cursor.integer("tensor count")
    let metadataCountOffset = cursor.position
    let metadataCount: UInt64 = try cursor.integer("metadata count")
    for (count, minimum, offset, field) in [
      (tensorCount, GGUFFormat.tensorEntryMinimum, tensorCountOffset, "tensor count"),
      (metadataCount, GGUFFormat.metadataEntryMinimum, metadataCountOffset, "metadata count"),
    ] {
      try cursor.require(count, of: minimum, at: offset, field)
      guard count <= GGUFFormat.entryCountLimit else {
        throw FormatError(
          .outOfRange(found: "\(count)", allowed: "at most \(GGUFFormat.entryCountLimit)"), field: field, at: offset)
      }
    }
    try readMetadata(&cursor, count: metadataCount)
    try readTensorTable(&cursor, count: tensorCount)
  }

  private static func readVersion(_ cursor: inout GGUFCursor) throws -> UInt32 {
    let magic = try cursor.bytes(UInt64(GGUFFormat.magic.count), "magic")
    guard magic == GGUFFormat.magic else {
      throw FormatError(.wrongMagic(found: Hexadecimal.string(magic)), field: "magic", at: 0)
    }
    let offset = cursor.position
    let version: UInt32 = try cursor.integer("version")
    if GGUFFormat.versions.contains(version.byteSwapped) {
      throw FormatError(.unsupported(found: "big-endian GGUF"), field: "version", at: offset)
    }
    guard GGUFFormat.versions.contains(version) else {
      let supported = "\(GGUFFormat.versions.lowerBound) and \(GGUFFormat.versions.upperBound)"
      throw FormatError(
        .unsupportedVersion(found: "\(version)", supported: supported), field: "version", at: offset)
    }
    return version
  }
}
