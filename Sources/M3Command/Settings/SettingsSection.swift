import M3Bytes
public import M3Records
import M3Text
import Yams

/// One tool's section of a pipeline file, under the flags that override it.
///
/// Values are taken by key; ``finish()`` refuses what nobody took.
public struct SettingsSection {
  /// A value as it stood: the YAML scalar's text, or a list of them.
  enum Value: Equatable {
    case scalar(String)
    case list([String])
  }

  private let name: String
  private let file: String?
  private var values: [String: Value] = [:]
  /// Keys whose values do not stand in the file.
  private var overridden: Set<String> = []
  private var known: [String] = []

  /// Reads a section.
  ///
  /// - Parameters:
  ///   - name: the section, a stage's verb.
  ///   - file: a pipeline file, or nil for none: then every key has its default.
  ///   - overrides: `key=value` pairs of `--set`.
  /// - Throws: ``SettingsError``; ``FileError``.
  public init(_ name: String, file: String?, overrides: [String] = []) throws {
    self.name = name
    self.file = file
    if let file { values = try Self.read(name, file: file) }
    for text in overrides {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw SettingsError.malformed("--set takes key=value, not \(text)")
      }
      let key = String(text[..<equals])
      guard !overridden.contains(key) else {
        throw SettingsError.malformed("--set gives \(key) twice; a list is \(key)=[A, B]")
      }
      values[key] = Self.parse(String(text[text.index(after: equals)...]))
      overridden.insert(key)
    }
  }

  /// Sections that a pipeline file may have.
  private static let sections = ["chunk", "dedupe", "filter", "encode", "quantize", "shard", "index", "read"]

  /// Files larger than this are no pipeline files: those that come with the tools have some kilobytes.
  private static let maximumFileSize = 1 << 16
  /// Yams compares keys by all that is in them, and an alias by what it stands for: with aliases of aliases, a file of a
  /// kilobyte would take years.
  private static let maximumAliasCount = 32

  /// Asterisks that may begin an alias: those in texts and comments are counted too.
  private static func aliasCount(_ bytes: [UInt8]) -> Int {
    zip(bytes, bytes.dropFirst()).count { $0 == UInt8(ascii: "*") && $1 > UInt8(ascii: " ") && $1 != UInt8(ascii: "*") }
  }

  private static func read(_ name: String, file: String) throws -> [String: Value] {
    let bytes: [UInt8]
    do {
      bytes = try ReadableFile.contents(of: file, limit: maximumFileSize)
    } catch let error as FormatError {
      throw SettingsError.malformed("\(error)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SettingsError.malformed("\(file): not UTF-8")
    }
    guard aliasCount(bytes) <= maximumAliasCount else {
      throw SettingsError.malformed("\(file): more than \(maximumAliasCount) aliases (*name)")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: text, .default, .default, .utf8)
    } catch {
      throw SettingsError.malformed("\(file): \(error)")
    }
    guard let root else { return [:] }
    guard let mapping = root.mapping else {
      throw SettingsError.malformed("\(file): sections are wanted, `chunk:` and so on")
    }
    var result: [String: Value] = [:]
    for (key, node) in mapping {
      let section = key.string ?? ""
      guard sections.contains(section) else {
        throw SettingsError.unknownKey(section, place: file, nearest: Self.nearest(section, among: sections))
      }
      guard section == name else { continue }
      guard let entries = node.mapping else {
        if node.null != nil { continue }
        throw SettingsError.malformed("\(file): section \(section) is not a mapping")
      }
      for (key, node) in entries {
        guard let key = key.string else {
          throw SettingsError.malformed("\(file): a key of section \(section) is not a text")
        }
        if let scalar = node.scalar {
          result[key] = .scalar(scalar.string)
        } else if let sequence = node.sequence, sequence.allSatisfy({ $0.scalar != nil }) {
          result[key] = .list(sequence.map { $0.scalar!.string })
        } else {
          throw SettingsError.malformed("\(file): \(section).\(key) is neither a value nor a list of values")
        }
      }
    }
    return result
  }

  /// `[a, b]` is a list, anything else a value.
  private static func parse(_ text: String) -> Value {
    guard text.hasPrefix("["), text.hasSuffix("]") else { return .scalar(text) }
    let inner = text.dropFirst().dropLast()
    let elements = inner.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingSpaces }
    return .list(elements == [""] ? [] : elements)
  }

  /// Replaces a value by a flag's, where the flag was given.
  public mutating func override(_ key: String, _ value: String?) {
    guard let value else { return }
    values[key] = .scalar(value)
    overridden.insert(key)
  }

  /// Keys that the file or a flag gives.
  public var givenKeys: Set<String> { Set(values.keys) }

  /// Whether the file or a flag gives a value.
  public func isSet(_ key: String) -> Bool { values[key] != nil }

  public mutating func string(_ key: String, default standard: String) throws -> String {
    switch take(key) {
    case nil: return standard
    case .scalar(let text): return text
    case .list: throw wrong(key, "a text")
    }
  }

  /// A path, or nil for none; in a pipeline file it is relative to the file's folder.
  public mutating func path(_ key: String) throws -> String? {
    let path = try string(key, default: "")
    guard !path.isEmpty else { return nil }
    guard let file, !overridden.contains(key), !path.hasPrefix("/") else { return path }
    return FilePaths.join(FilePaths.split(file).folder, path)
  }

  public mutating func integer(_ key: String, default standard: Int, in range: ClosedRange<Int>) throws -> Int {
    guard let value = take(key) else { return standard }
    let wanted = "an integer from \(range.lowerBound) to \(range.upperBound)"
    guard case .scalar(let text) = value, let number = Int(text), range.contains(number) else {
      throw wrong(key, wanted)
    }
    return number
  }

  public mutating func number(_ key: String, default standard: Float, in range: ClosedRange<Float>) throws -> Float {
    guard let value = take(key) else { return standard }
    guard case .scalar(let text) = value, let number = Float(text), range.contains(number) else {
      throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  public mutating func boolean(_ key: String, default standard: Bool) throws -> Bool {
    switch take(key) {
    case nil: return standard
    case .scalar("true"): return true
    case .scalar("false"): return false
    default: throw wrong(key, "true or false")
    }
  }

  public mutating func choice<T: RawRepresentable & CaseIterable>(
    _ key: String, default standard: T
  ) throws -> T where T.RawValue == String {
    guard let value = take(key) else { return standard }
    guard case .scalar(let text) = value, let choice = T(rawValue: text) else {
      throw wrong(key, "one of " + T.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  /// A text, or a list whose elements are joined by commas: `all`, `5-24`, `[0, 3, 7]`.
  public mutating func listOrText(_ key: String, default standard: String) -> String {
    switch take(key) {
    case nil: standard
    case .scalar(let text): text
    case .list(let elements): elements.joined(separator: ",")
    }
  }

  /// A list of texts; one text is a list of one, and an empty one of none.
  public mutating func list(_ key: String, default standard: [String]) throws -> [String] {
    switch take(key) {
    case nil: return standard
    case .scalar(let text): return text.isEmpty ? [] : [text]
    case .list(let elements):
      guard !elements.contains("") else { throw wrong(key, "a list without an empty text") }
      return elements
    }
  }

  /// A share above 0; nil where there is none, or where it is `none`.
  public mutating func share(_ key: String) throws -> Double? {
    guard let value = take(key), value != .scalar("none") else { return nil }
    guard case .scalar(let text) = value, let share = Double(text), share > 0, share <= 1 else {
      throw wrong(key, "a number above 0, at most 1")
    }
    return share
  }

  /// A share above 0.
  public mutating func share(_ key: String, default standard: Double) throws -> Double {
    guard isSet(key) else {
      known.append(key)
      return standard
    }
    guard let share = try share(key) else { throw wrong(key, "a number above 0, at most 1") }
    return share
  }

  /// The name of a field: a text that is not empty.
  public mutating func fieldName(_ key: String, default standard: String) throws -> String {
    let name = try string(key, default: standard)
    guard !name.isEmpty else { throw wrong(key, "the name of a field") }
    return name
  }

  /// What a record of a text stage is; nil for `auto`.
  public mutating func level() throws -> TextLevel? {
    if values["level"] == .scalar("auto") { values["level"] = nil }
    guard values["level"] != nil else {
      known.append("level")
      return nil
    }
    return try choice("level", default: TextLevel.reference)
  }

  /// Replaces a list by a flag's, where the flag was given.
  public mutating func override(_ key: String, list: [String]) {
    guard !list.isEmpty else { return }
    values[key] = .list(list)
    overridden.insert(key)
  }

  /// An error that names the section and the key.
  public func wrong(_ key: String, _ wanted: String) -> SettingsError {
    .malformed("\(file.map { "\($0): " } ?? "")\(name).\(key): \(wanted) is wanted")
  }

  /// Refuses keys that nobody took.
  /// - Throws: ``SettingsError`` naming the key and the nearest known one.
  public func finish() throws {
    for key in values.keys.sorted() where !known.contains(key) {
      throw SettingsError.unknownKey(
        "\(name).\(key)", place: file ?? "--set", nearest: Self.nearest(key, among: known))
    }
  }

  private mutating func take(_ key: String) -> Value? {
    known.append(key)
    return values[key]
  }

  private static func nearest(_ key: String, among names: [String]) -> String? {
    names.min { editDistance(key, $0) < editDistance(key, $1) }
  }
}

extension StringProtocol {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

/// Settings that cannot be used: the caller's mistake, exit code 64.
public enum SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  case malformed(String)
  case unknownKey(String, place: String, nearest: String?)

  public var description: String {
    switch self {
    case .malformed(let message): message
    case .unknownKey(let key, let place, let nearest):
      "\(place): unknown key \(key)" + (nearest.map { "; did you mean \($0)?" } ?? "")
    }
  }
}
