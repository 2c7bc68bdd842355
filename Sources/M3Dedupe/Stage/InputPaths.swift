import M3Stage

/// Where the files of a plan lie now; looked for once.
final class InputPaths {
  private let input: DedupeInput
  private var known: [String: String]?

  init(_ input: DedupeInput) {
    self.input = input
  }

  /// The name itself where there is no such file: opening it says so.
  func path(of file: StageInput) -> String {
    if let upstream = input.upstream { return upstream.path(file) }
    let paths = known ?? find()
    known = paths
    return paths[file.name] ?? file.name
  }

  private func find() -> [String: String] {
    let sources = (try? input.sources()) ?? []
    return Dictionary(sources.joined().map { ($0.name, $0.path) }) { first, _ in first }
  }
}
