import M3Bank
import M3Bytes
import M3Reader

/// A folder of memories that were encoded on demand, a file each.
///
/// File `NUMBER.m3k`, version 1, little-endian: magic `M3KEPT\0\0`, u32 version, 32 bytes of the bank's root, u64 place in
/// the bank's order, u64 size of the payload, the payload as the bank's codec writes it, XXH3-64 of all before it.
struct KeptMemories: Sendable {
  private let folder: String
  private let root: SHA256Digest

  private static let magic = Array("M3KEPT\0\0".utf8)
  private static let version: UInt32 = 1
  private static let maximumFileSize = 1 << 30

  /// - Throws: ``FileError`` where the folder cannot be made.
  init(folder: String, bank: MemoryBank) throws {
    self.folder = folder
    root = bank.directory.manifest.root
    try FilePaths.makeDirectory(folder)
  }

  private func path(_ index: Int) -> String {
    let digits = "\(index)"
    return FilePaths.join(folder, String(repeating: "0", count: max(0, 9 - digits.count)) + digits + ".m3k")
  }

  /// The payload of a memory, or nil where none is kept.
  /// - Throws: ``FormatError`` for a file that is damaged or another bank's; ``FileError``.
  func payload(at index: Int) throws -> [UInt8]? {
    let path = path(index)
    guard try FilePaths.kind(path) != nil else { return nil }
    let bytes = try ReadableFile.contents(of: path, limit: Self.maximumFileSize)
    do throws(FormatError) {
      return try ByteReader.read(bytes) { reader throws(FormatError) in
        try reader.header(magic: Self.magic, version: Self.version)
        let found = SHA256Digest(bytes: Array(try reader.slice(32, "root")))!
        guard found == root else {
          throw FormatError(.mismatch(expected: "memories of the bank \(root)", found: "\(found)"), field: "root")
        }
        let place = try reader.integer(UInt64.self, "index")
        guard place == UInt64(index) else {
          throw FormatError(.mismatch(expected: "\(index)", found: "\(place)"), field: "index")
        }
        let size = try reader.integer(UInt64.self, "size")
        guard size == UInt64(max(0, reader.remaining - 8)) else {
          throw FormatError(.mismatch(expected: "\(size) bytes", found: "\(reader.remaining - 8)"), field: "size")
        }
        let payload = Array(try reader.slice(Int(size), "payload"))
        try reader.checksum("checksum")
        return payload
      }
    } catch {
      throw error.inFile(path)
    }
  }

  /// What a writer holds: names of files that are being written are the same for all.
  /// - Throws: ``FileError`` where another process does not let go of it.
  func lock() throws(FileError) -> FileLock {
    try FileLock(path: FilePaths.join(folder, ".lock"), patience: .seconds(600))
  }

  /// - Throws: ``FileError``.
  func keep(_ payload: [UInt8], at index: Int) throws {
    var writer = ByteWriter(capacity: payload.count + 68)
    writer.append(Self.magic)
    writer.integer(Self.version)
    writer.append(root.bytes)
    writer.integer(UInt64(index))
    writer.integer(UInt64(payload.count))
    writer.append(payload)
    writer.integer(XXH3.hash64(writer.bytes))
    try AtomicFile.write(writer.bytes, to: path(index))
  }
}
