#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes
import M3Streams

/// A path with wildcards, expanded here so that a long list of files needs no shell.
///
/// Names are compared byte by byte: `?` is one byte, whatever the locale.
struct InputPattern {
  /// The folder before the first wildcard, as it was given; `.` where there is none.
  let folder: String
  private let components: [String]
  private let pattern: String
  /// Stands for folders to any depth.
  private static let anyDepth = "**"

  /// - Returns: nil where the path holds no wildcard.
  init?(_ path: String) {
    let parts = path.split(separator: "/").map(String.init)
    guard let first = parts.firstIndex(where: InputPattern.isWild) else { return nil }
    let root = path.hasPrefix("/") ? "/" : ""
    folder = first == 0 ? (root.isEmpty ? "." : root) : root + parts[..<first].joined(separator: "/")
    components = Array(parts[first...])
    pattern = path
  }

  func path(of match: String) -> String {
    match.isEmpty ? folder : FilePaths.join(folder, match)
  }

  /// What matches, relative to ``folder``, in the order of the bytes; nothing that lies in a folder that matches too.
  /// - Throws: ``FileError``; ``FormatError`` `missing` where nothing matches, `duplicate` for a link to a folder above it.
  func matches() throws -> [String] {
    // By bytes: strings are equal where only their composition of accents differs, and files are not the same.
    var found: Set<[UInt8]> = []
    if try FilePaths.kind(folder) == .directory { try expand("", components[...], above: [], into: &found) }
    guard !found.isEmpty else { throw FormatError(.missing("file that matches"), field: "input", file: pattern) }
    return found.filter { !InputPattern.hasAncestor($0, in: found) }
      .sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether a place, relative to ``folder``, matches or lies in a folder that would; whether it is there or not.
  func covers(_ place: ArraySlice<String>) -> Bool { covers(place, components[...]) }

  private func covers(_ place: ArraySlice<String>, _ rest: ArraySlice<String>) -> Bool {
    guard let component = rest.first else { return true }
    if component == InputPattern.anyDepth, covers(place, rest.dropFirst()) { return true }
    guard let name = place.first else { return false }
    if component == InputPattern.anyDepth { return !InputSearch.isPassedOver(name) && covers(place.dropFirst(), rest) }
    let isMatch = InputPattern.isWild(component) ? InputPattern.matches(name, component) : name == component
    return isMatch && covers(place.dropFirst(), rest.dropFirst())
  }

  /// - Parameter above: the folders that a `**` led through.
  private func expand(
    _ place: String, _ rest: ArraySlice<String>, above: [FileIdentity], into found: inout Set<[UInt8]>
  ) throws {
    guard let component = rest.first else {
      found.insert(Array(place.utf8))
      return
    }
    let path = path(of: place)
    guard component == InputPattern.anyDepth || InputPattern.isWild(component) else {
      let next = FilePaths.join(place, component)
      if try FilePaths.kind(FilePaths.join(path, component)) != nil {
        try expand(next, rest.dropFirst(), above: above, into: &found)
      }
      return
    }
    guard try FilePaths.kind(path) == .directory else { return }
    if component == InputPattern.anyDepth {
      try descend(place, path, rest, above: above, into: &found)
    } else {
      for name in try FilePaths.list(path) where InputPattern.matches(name, component) {
        try expand(FilePaths.join(place, name), rest.dropFirst(), above: above, into: &found)
      }
    }
  }

  /// `**`: the rest of the pattern in this folder, and all of it in those below.
  private func descend(
    _ place: String, _ path: String, _ rest: ArraySlice<String>, above: [FileIdentity], into found: inout Set<[UInt8]>
  ) throws {
    let identity = try FilePaths.identity(path)
    guard !above.contains(identity) else {
      throw FormatError(.duplicate("input: a link to a folder above it"), field: "input", file: path)
    }
    // At the pattern's end this is the folder itself, which is then searched.
    try expand(place, rest.dropFirst(), above: above, into: &found)
    for name in try FilePaths.list(path) where !InputSearch.isPassedOver(name) {
      guard try FilePaths.kind(FilePaths.join(path, name)) == .directory else { continue }
      try expand(FilePaths.join(place, name), rest, above: above + [identity], into: &found)
    }
  }

  private static func isWild(_ component: String) -> Bool {
    component.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
  }

  private static func matches(_ name: String, _ component: String) -> Bool {
    guard !InputSearch.isPassedOver(name) || name.utf8.first == component.utf8.first else { return false }
    return fnmatch(component, name, FNM_PERIOD | FNM_NOESCAPE) == 0
  }

  /// Whether a place lies in another one that was found.
  private static func hasAncestor(_ place: [UInt8], in found: Set<[UInt8]>) -> Bool {
    guard !place.isEmpty else { return false }
    return found.contains([])
      || place.indices.contains { place[$0] == UInt8(ascii: "/") && found.contains(Array(place[..<$0])) }
  }
}
