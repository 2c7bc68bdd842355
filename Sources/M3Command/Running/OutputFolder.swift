import M3Bytes
import M3Records
import M3Stage

#if canImport(Glibc)
  import Glibc
#endif

/// Where a stage may put its results.
public enum OutputFolder {
  /// Refuses a folder that is an input, lies in one, or holds one that would be overwritten: the results would be inputs
  /// of the next run. Of a stage's folder nothing is an input but what its markers name.
  /// - Throws: ``UsageError``.
  public static func require(_ output: String, outside inputs: [String]) throws {
    let place = resolved(output)
    for input in inputs {
      switch try FilePaths.kind(input) {
      case .directory where try Upstream.isStage(input):
        guard place != resolved(input) else {
          throw UsageError("--output \(output) is --input \(input): a stage has a folder of its own")
        }
      case .directory:
        let folder = resolved(input)
        if place == folder || place.hasPrefix(folder == "/" ? "/" : folder + "/") { throw lies(output, input) }
      case .file:
        let (folder, name) = FilePaths.split(resolved(input))
        guard folder != place || !InputFiles.isPart(name) else {
          throw UsageError("--output \(output) holds --input \(input), which it would overwrite")
        }
      case nil where InputFiles.pattern(input, covers: place, from: resolved):
        throw lies(output, input)
      case .other, nil:
        continue
      }
    }
  }

  private static func lies(_ output: String, _ input: String) -> UsageError {
    UsageError("--output \(output) lies in --input \(input): its files would be inputs of the next run")
  }

  /// The way from one folder to another, which stays the same where both are moved together.
  public static func relativePath(of path: String, from folder: String) -> String {
    let (target, origin) = (parts(of: path), parts(of: folder))
    let common = zip(target, origin).prefix { $0 == $1 }.count
    let way = [String](repeating: "..", count: origin.count - common) + target[common...]
    return way.isEmpty ? "." : way.joined(separator: "/")
  }

  private static func parts(of path: String) -> [String] {
    let place = resolved(path)
    if place.hasPrefix("/") { return place.split(separator: "/").map(String.init) }
    return (resolved(".") + "/" + place).split(separator: "/").filter { $0 != "." }.map(String.init)
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
    return switch name {
    case ".": resolved(above)
    case "..": FilePaths.split(resolved(above)).folder
    default: FilePaths.join(resolved(above), name)
    }
  }
}
