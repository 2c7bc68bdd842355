import M3Bytes

/// Finds the folders of stages.
enum StageSearch {
  /// Folders beneath the one that was named: `WORK/references` is at 1.
  static let maximumDepth = 3

  /// Stages at a path or beneath it, in the order of their paths. A bank stands for its `BANK.stage`.
  ///
  /// Names that begin with a dot or an underscore are passed over: those folders are a tool's own.
  /// - Throws: ``FileError``.
  static func folders(at path: String) throws -> [StageFolder] {
    let path = FilePaths.withoutTrailingSlashes(path)
    let here = try stage(path) ?? stage(path + stateSuffix)
    return try (here.map { [$0] } ?? []) + beneath(path, depth: 1)
  }

  private static let stateSuffix = ".stage"

  private static func beneath(_ folder: String, depth: Int) throws -> [StageFolder] {
    guard depth <= maximumDepth, try FilePaths.kind(folder) == .directory else { return [] }
    return try FilePaths.list(folder).filter { !$0.hasPrefix(".") && !$0.hasPrefix("_") }.flatMap { name in
      let path = FilePaths.join(folder, name)
      return try (stage(path).map { [$0] } ?? []) + beneath(path, depth: depth + 1)
    }
  }

  /// The stage whose plan lies in a folder.
  private static func stage(_ path: String) throws -> StageFolder? {
    guard try Upstream.isStage(path) else { return nil }
    let bank = String(path.dropLast(stateSuffix.count))
    guard path.hasSuffix(stateSuffix), try FilePaths.kind(bank) == .directory else { return StageFolder(path) }
    return StageFolder(bank: bank)
  }
}
