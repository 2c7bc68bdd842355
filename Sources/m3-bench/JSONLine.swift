import M3Command
import M3JSON

/// What the measurements print.
enum JSONLine {
  static func write(_ object: JSONObject) {
    StandardOutput.write(String(decoding: JSONValue.object(object).serialized(.canonical), as: UTF8.self) + "\n")
  }
}
