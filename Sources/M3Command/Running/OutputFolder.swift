import M3Bytes
import M3Stage

#if canImport(Glibc)
  import Glibc
#endif

/// Where a stage may put its results.
public enum OutputFolder {
  /// Refuses a folder that is an input, or lies in one: the results would be inputs of the next run. Of a stage's folder
  /// nothing is an input but what its markers name.
  /// - Throws: ``UsageError``.
  public static func require(_ output: String, outside inputs: [String]) throws {
    let place = resolved(output)
    for input in inputs where try FilePaths.kind(input) == .directory && !Upstream.isStage(input) {
      let folder = resolved(input)
      if place == folder || place.hasPrefix(folder == "/" ? "/" : folder + "/") {
        throw UsageError("--output \(output) lies in --input \(input): its files would be inputs of the next run")
      }
    }
  }

  /// The path without links, as far as there is something.
  private static func resolved(_ path: String) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    let trimmed = FilePaths.withoutTrailingSlashes(path)
    let (above, name) = FilePaths.split(trimmed)
    guard above != trimmed else { return trimmed }
    return FilePaths.join(resolved(above), name)
  }
}
