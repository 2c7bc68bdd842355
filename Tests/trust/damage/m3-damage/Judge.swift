import Glibc
import M3Bank
import M3Bytes
import M3JSON
import M3Reader

/// What verifier and reader make of the bank in a folder that changes.
struct Judge {
  /// What a reader saw that touched everything.
  enum Reading: String {
    /// Everything is as in the whole bank.
    case same
    /// It threw.
    case error
    /// It gave something else, and threw nothing.
    case other
  }

  private let path: String
  private let root: SHA256Digest
  private let records: [BankRecord]
  /// Whether it is a bank that ``MemoryBank`` opens; otherwise its records are read alone.
  private let hasMemories: Bool
  private let hasIndex: Bool

  /// - Parameter path: of the bank, whole.
  init(path: String) throws {
    self.path = path
    let directory = try BankDirectory(path: path)
    root = directory.manifest.root
    records = try directory.manifest.shards.flatMap { summary in
      try (summary.firstRecord...summary.lastRecord).map { try directory.record(number: $0) }
    }
    hasMemories = directory.manifest.file(role: BankRole.bos) != nil
    hasIndex = try FilePaths.list(path).contains(IndexManifest.fileName)
    guard read() == .same, BankVerifier.verify(path: path).outcome == .intact else {
      throw FormatError(.malformed("not a whole bank"), field: "bank", file: path)
    }
  }

  /// `outcome` and `damage` of the verification (kind, file, offset, record), whether the root `is_known`, what the
  /// `reader` saw, and the most memory this process ever had.
  func verdict() -> JSONValue {
    let report = BankVerifier.verify(path: path)
    let damage = report.damage.map { damage in
      JSONValue.array([
        .string(damage.kind.rawValue), .string(damage.file), Self.integer(damage.byteOffset),
        Self.integer(damage.record), .string(damage.message),
      ])
    }
    return .object([
      "outcome": .string(report.outcome.rawValue), "damage": .array(damage), "root_known": .bool(report.root == root),
      "reader": .string(read().rawValue), "peak_kib": .integer(Self.peak()),
    ])
  }

  private static func integer(_ value: UInt64?) -> JSONValue {
    value.map { .integer(Int64(clamping: $0)) } ?? .null
  }

  /// The most memory that this process ever had, KiB. `getrusage` would count the parent's, from before `exec`.
  private static func peak() -> Int64 {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix("VmHWM:") { return Int64(text.filter(\.isNumber)) ?? 0 }
    }
    return 0
  }

  /// Reads all files of the manifest, every record by its id, every memory by its place.
  private func read() -> Reading {
    do {
      let directory: BankDirectory
      if hasMemories {
        let bank = try MemoryBank(path: path)
        directory = bank.directory
        for index in 0..<bank.count { _ = try bank.rotatedMemory(at: index) }
      } else {
        directory = try BankDirectory(path: path)
      }
      for file in directory.manifest.files { _ = try directory.file(role: file.role) }
      if hasIndex { try IndexManifest(bank: path).requireBank(directory.manifest) }
      guard directory.count == records.count else { return .other }
      for record in records {
        guard directory.contains(number: record.number), try directory.record(id: record.id) == record else {
          return .other
        }
      }
      return .same
    } catch {
      return .error
    }
  }
}
