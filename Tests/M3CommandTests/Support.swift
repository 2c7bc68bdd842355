import M3Bytes

#if canImport(Glibc)
  import Glibc
#endif

/// Where the package lies: fixtures and pipelines are beneath.
enum PackageRoot {
  static let path: String = {
    if let root = getenv("M3_ROOT") { return String(cString: root) }
    return #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }()
}

/// A new folder under the system's folder for temporary files.
enum TemporaryFolder {
  static func make() throws -> String {
    var template = Array("/tmp/m3-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError(.makeDirectory, path: "/tmp") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
