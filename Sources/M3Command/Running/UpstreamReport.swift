import M3Bytes
import M3JSON
import M3Stage

/// What the stage before says of its results: for progress only.
public enum UpstreamReport {
  /// References in a folder, or nil where its report does not tell.
  public static func references(_ folder: String) throws -> Int? {
    let path = StageFolder(folder).reportPath
    guard try FilePaths.kind(path) == .file else { return nil }
    let report = try? JSONValue.parse(ReadableFile.contents(of: path, limit: 1 << 24))
    let totals = report?.objectValue?["totals"]?.objectValue
    return (totals?["references"] ?? report?.objectValue?["kept"])?.integerValue.map { Int($0) }
  }
}
