import M3Bytes
import M3JSON

/// The small JSON files of a model's folder.
enum SettingsFile {
  /// A larger file holds no settings.
  private static let byteLimit = 1 << 20

  /// Reads an object's fields; errors name the file.
  static func read<Value>(
    _ folder: String, _ name: String, _ body: (JSONFields) throws(FormatError) -> Value
  ) throws -> Value {
    try readValue(folder, name) { value throws(FormatError) in
      try body(JSONFields(value, path: FilePaths.split(name).name))
    }
  }

  /// The same, or nil where there is no such file.
  static func readIfPresent<Value>(
    _ folder: String, _ name: String, _ body: (JSONFields) throws(FormatError) -> Value
  ) throws -> Value? {
    guard try FilePaths.kind(FilePaths.join(folder, name)) != nil else { return nil }
    return try read(folder, name, body)
  }

  /// Reads a whole file's value; errors name the file.
  static func readValue<Value>(
    _ folder: String, _ name: String, _ body: (JSONValue) throws(FormatError) -> Value
  ) throws -> Value {
    let path = FilePaths.join(folder, name)
    let bytes = try ReadableFile.contents(of: path, limit: byteLimit)
    do throws(FormatError) {
      return try body(JSONValue.parse(bytes))
    } catch {
      throw error.inFile(path)
    }
  }
}
