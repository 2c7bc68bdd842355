import M3Bytes
import M3Streams

/// Divides input files into tasks of about one size, by their names and sizes alone.
///
/// - Small files are put together in the order of their names until a task has its size.
/// - A plain file of JSON lines of more than 1.5 sizes is cut at the first line that begins at or behind each multiple of
///   the size, as long as more than half a size is left behind it. A line of several sizes leaves fewer cuts.
/// - Plain text is one document and never cut; nor is a compressed file, which can only be read from its start.
///
/// Only the bytes around the cuts are read, whatever the files' sizes.
public struct InputDivision: Sendable {
  /// The size of a task: bytes of plain files.
  public let taskBytes: UInt64

  /// Plain bytes that one compressed byte counts as: what text compresses to is a quarter to a third.
  public static let compressedWeight: UInt64 = 4
  /// Sizes that one compressed file may have: beyond it, one task would take many times as long as all others.
  public static let compressedLimit: UInt64 = 16
  /// Bytes behind a multiple of the size among which a line's first byte is looked for: no usable record is longer.
  static let searchLimit = UInt64(DocumentReader.defaultMaximumRecordBytes)

  /// - Parameter taskBytes: at least 1.
  public init(taskBytes: UInt64) {
    precondition(taskBytes > 0, "a task of no size")
    self.taskBytes = taskBytes
  }

  /// The slices of each task. Every byte of every file is in one of them, and none of them is an empty range.
  ///
  /// - Throws: ``FileError``; ``FormatError`` `outOfRange` for a compressed file that is too much for one task,
  ///   `mismatch` where a file has another size than when it was listed.
  public func tasks(_ files: [InputFile]) throws -> [[InputSlice]] {
    var tasks: [[InputSlice]] = []
    var open: [InputSlice] = []
    var openWeight: UInt64 = 0
    func close() {
      if !open.isEmpty { tasks.append(open) }
      (open, openWeight) = ([], 0)
    }

    for file in files.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
      let weight = try weight(of: file)
      let cuts = try cuts(of: file)
      if weight >= taskBytes { close() }
      guard cuts.isEmpty else {
        let bounds = [0] + cuts + [file.byteCount]
        tasks += zip(bounds, bounds.dropFirst()).map { [InputSlice(file: file, range: $0..<$1)] }
        continue
      }
      open.append(InputSlice(file: file))
      openWeight += weight
      if openWeight >= taskBytes { close() }
    }
    close()
    return tasks
  }

  /// How much of a task's size a file takes.
  private func weight(of file: InputFile) throws(FormatError) -> UInt64 {
    let compression = Compression(name: file.path)
    guard let decompress = compression.decompressCommand else { return file.byteCount }
    let weight = file.byteCount.multipliedReportingOverflow(by: Self.compressedWeight)
    let limit = taskBytes.multipliedReportingOverflow(by: Self.compressedLimit)
    guard limit.overflow || !weight.overflow && weight.partialValue <= limit.partialValue else {
      throw FormatError(
        .outOfRange(
          found: "a compressed file of \(file.byteCount) bytes, which only one task can read,",
          allowed: "at most \(limit.partialValue / Self.compressedWeight) bytes: "
            + "cut it (\(decompress) FILE | split -C 1G - PART) or raise task_bytes"),
        field: "input", file: file.path)
    }
    return weight.overflow ? .max : weight.partialValue
  }

  /// Offsets of first bytes of lines at which a file is cut, in order; 0 and the end are not among them.
  private func cuts(of file: InputFile) throws -> [UInt64] {
    guard file.format == .jsonLines, Compression(name: file.path) == .none,
      file.byteCount > taskBytes, file.byteCount - taskBytes > taskBytes / 2
    else { return [] }
    let lines = try LineStarts(file)
    var cuts: [UInt64] = []
    var wanted = taskBytes
    while wanted < file.byteCount, file.byteCount - wanted > taskBytes / 2 {
      // A long line may have moved the cut before to here; a line that reaches to the next multiple is left to that one.
      if cuts.last ?? 0 < wanted,
        let cut = try lines.first(from: wanted, within: min(taskBytes, Self.searchLimit))
      {
        cuts.append(cut)
      }
      let next = wanted.addingReportingOverflow(taskBytes)
      if next.overflow { break }
      wanted = next.partialValue
    }
    return cuts
  }
}

extension Compression {
  /// The command that writes a file's content to the standard output; nil for ``none``.
  fileprivate var decompressCommand: String? {
    switch self {
    case .none: nil
    case .gzip: "gzip -dc"
    case .zstd: "zstd -dc"
    case .lz4: "lz4 -dc"
    }
  }
}
