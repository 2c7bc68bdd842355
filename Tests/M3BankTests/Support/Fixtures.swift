import Glibc

/// Where the committed fixtures are.
enum Fixtures {
  /// The package's root: `M3_ROOT`, or three folders above this file's.
  static func path(_ name: String, file: String = #filePath) -> String {
    if let root = getenv("M3_ROOT") { return "\(String(cString: root))/fixtures/\(name)" }
    let folders = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
    return folders.joined(separator: "/") + "/fixtures/\(name)"
  }
}
