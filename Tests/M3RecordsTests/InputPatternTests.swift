#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes
import M3Records
import Testing

struct InputPatternTests {
  private let folder = TemporaryFolder()

  private func names(_ patterns: String...) throws -> [String] {
    try InputFiles.resolve(patterns.map { "\(folder.path)/\($0)" }).map(\.name)
  }

  private static let tree = [
    "a.jsonl", "b.jsonl", "ab.jsonl", "c.txt", "é.jsonl", "A.jsonl", "[x].jsonl", "x/a.jsonl", "x/b.txt", "x/y/a.jsonl",
    "x/y/z/a.jsonl", "y/a.jsonl", "y/y/y.txt", ".h/a.jsonl", "x/.a.jsonl", "a-b.jsonl", "a\\b.jsonl",
  ]

  /// What bash finds, with `**` for folders to any depth.
  private func bash(_ pattern: String) throws -> [String] {
    let script =
      "cd \(folder.path)/in && for f in \(pattern); do [ -f \"$f\" ] && printf '%s\\n' \"$f\"; done > ../out; true"
    var process = pid_t()
    let words = ["bash", "-O", "globstar", "-O", "nullglob", "-c", script]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    let environmentWords = ["LC_ALL=C", "PATH=/usr/bin:/bin"]
    var environment: [UnsafeMutablePointer<CChar>?] = environmentWords.map { strdup($0) } + [nil]
    defer { for pointer in arguments + environment { free(pointer) } }
    let started = posix_spawnp(&process, "bash", nil, nil, &arguments, &environment)
    try #require(started == 0)
    var status: Int32 = 0
    let ended = waitpid(process, &status, 0)
    try #require(ended == process && status == 0)
    let output = try ReadableFile.contents(of: "\(folder.path)/out", limit: 1 << 20)
    return output.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  @Test(arguments: [
    "*.jsonl", "?.jsonl", "??.jsonl", "[ab].jsonl", "[!a].jsonl", "[a-c]*", "*.txt", "*/*.jsonl", "*/a.jsonl", "x/*.*",
    "x/[a-b].*", "**/*.jsonl", "**/a.jsonl", "x/**/a.jsonl", "**/y/*.*", "**/y/**/a.jsonl", ".h/*.jsonl", ".?/*",
    "x/.*",
    "*a*", "[[]x].jsonl", "*/y/../b.txt", "./*.txt", "**/**/a.jsonl", "a[-]b.jsonl",
  ])
  func asTheShellDoes(_ pattern: String) throws {
    for name in Self.tree { try folder.file("in/\(name)", "x") }
    let expected = try bash(pattern)
    try #require(!expected.isEmpty)
    let files = try InputFiles.resolve(["\(folder.path)/in/\(pattern)"])
    // Folders that match are searched, which the shell does not do.
    let found = files.map { String($0.path.dropFirst("\(folder.path)/in/".count)) }
    #expect(found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } == expected)
  }

  @Test func namesBeginBehindTheFixedFolders() throws {
    for name in ["in/a/1.jsonl", "in/b/1.jsonl", "other/1.jsonl"] { try folder.file(name, "x") }
    #expect(try names("in/a/*.jsonl") == ["1.jsonl"])
    #expect(try names("in/*/1.jsonl") == ["a/1.jsonl", "b/1.jsonl"])
    #expect(try names("*/*/1.jsonl") == ["in/a/1.jsonl", "in/b/1.jsonl"])
    // As those of folders, where several paths are given.
    #expect(try names("in/a/*", "in/b/*.jsonl", "other") == ["a/1.jsonl", "b/1.jsonl", "other/1.jsonl"])
    #expect(try names("in/*/*.jsonl", "other/1.jsonl") == ["1.jsonl", "in/a/1.jsonl", "in/b/1.jsonl"])
  }

  @Test func foldersThatMatchAreSearched() throws {
    for name in [
      "in/a/1.jsonl", "in/a/deep/2.txt", "in/b/3.jsonl", "in/4.jsonl", "in/a/_done/0.json", "in/_log/5.json",
    ] {
      try folder.file(name, "x")
    }
    let all = ["4.jsonl", "a/1.jsonl", "a/deep/2.txt", "b/3.jsonl"]
    for pattern in ["in/*", "in/**", "in/**/*", "in/*/", "in/**/**"] {
      #expect(try names(pattern) == all, "\(pattern)")
    }
    #expect(try names("in/[a]") == ["a/1.jsonl", "a/deep/2.txt"])
    #expect(try names("in/_l*") == ["_log/5.json"])
    #expect(try names("in/a/_*/*") == ["_done/0.json"])
  }

  @Test func aPathThatIsThereIsNoPattern() throws {
    for name in ["[x].jsonl", "x.jsonl", "a*.jsonl", "ab.jsonl"] { try folder.file(name, "x") }
    #expect(try names("[x].jsonl") == ["[x].jsonl"])
    #expect(try names("a*.jsonl") == ["a*.jsonl"])
  }

  @Test(arguments: ["*.gz", "absent/*", "in/a.jsonl/*", "in/*.jsonl/*", "in/**/absent", "in/?", "in/[a", "**/.jsonl"])
  func aPatternThatMatchesNothing(_ pattern: String) throws {
    try folder.file("in/a.jsonl", "x")
    let path = "\(folder.path)/\(pattern)"
    #expect(throws: FormatError(.missing("file that matches"), field: "input", file: path)) {
      try InputFiles.resolve([path])
    }
  }

  @Test func whatIsRefused() throws {
    try folder.file("in/notes.md", "x")
    try folder.file("in/a.jsonl", "x")
    try folder.file("loop/in/a.jsonl", "x")
    folder.link("loop/in/back", to: "..")
    folder.link("in/gone.jsonl", to: "nowhere")
    func problem(_ patterns: String...) throws -> FormatError.Problem? {
      #expect(throws: FormatError.self) { try names("\(patterns[0])") }?.problem
    }
    guard case .unsupported = try problem("in/n*") else { Issue.record("an unknown ending was passed over"); return }
    #expect(try problem("in/g*") == .missing("file or folder"))
    guard case .duplicate = try problem("loop/**/a.jsonl") else { Issue.record("the loop was followed"); return }
    #expect(throws: FormatError.self) { try names("in/a*", "in/a.jsonl") }
  }

  @Test func theWorkingFolderDoesNotMatter() throws {
    // Names of files beside it, which the process's own folder does not hold.
    try folder.file("in/a.jsonl", "x")
    let files = try InputFiles.resolve(["\(folder.path)//in/./*.jsonl"])
    #expect(files.map(\.name) == ["a.jsonl"])
  }
}
