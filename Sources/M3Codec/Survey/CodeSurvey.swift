import M3Bytes
import M3Memory

/// What must be known of a file of coded memories before the first shard is written: ``MemorySurvey``'s counterpart.
///
/// File `survey-*.m3s`, version 1, little-endian: magic `M3SIZES\0`, u32 version, u32 tokens of the longest reference, u64
/// memories, u32 bytes of each payload, then XXH3-64 of all before it.
public struct CodeSurvey: Sendable, Equatable {
  private static let magic = Array("M3SIZES\0".utf8)
  private static let version: UInt32 = 1

  /// Tokens of the longest reference.
  public private(set) var longestReference = 0
  /// Bytes of each payload.
  public private(set) var sizes: [UInt32] = []

  public init() {}

  public mutating func add(tokenCount: Int, byteCount: Int) {
    longestReference = max(longestReference, tokenCount)
    sizes.append(UInt32(byteCount))
  }

  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 40 + 4 * sizes.count)
    writer.append(Self.magic)
    writer.integer(Self.version)
    writer.integer(UInt32(longestReference))
    writer.integer(UInt64(sizes.count))
    for size in sizes { writer.integer(size) }
    writer.integer(XXH3.hash64(writer.bytes))
    return writer.bytes
  }

  /// - Throws: ``FormatError`` for damage; ``FileError``.
  public init(path: String) throws {
    let bytes = try ReadableFile.contents(of: path, limit: 1 << 32)
    do throws(FormatError) {
      self = try ByteReader.read(bytes) { reader throws(FormatError) in try Self.read(&reader) }
    } catch {
      throw error.inFile(path)
    }
  }

  private static func read(_ reader: inout ByteReader) throws(FormatError) -> CodeSurvey {
    try reader.header(magic: magic, version: version)
    var survey = CodeSurvey()
    survey.longestReference = Int(try reader.integer(UInt32.self, "longest reference"))
    let count = try reader.integer(UInt64.self, "memories")
    guard count <= UInt64(reader.remaining / 4), survey.longestReference <= SparseMemory.maximumTokenCount else {
      throw FormatError(.truncated(needed: count, available: UInt64(reader.remaining)), field: "memories", at: 16)
    }
    survey.sizes.reserveCapacity(Int(count))
    for _ in 0..<count { survey.sizes.append(try reader.integer(UInt32.self, "size")) }
    try reader.checksum("checksum")
    try reader.end("survey")
    return survey
  }
}
