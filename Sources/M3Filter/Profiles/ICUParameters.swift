import M3JSON
import M3Language

extension JSONObject {
  /// The parameters of a profile that ICU's words or tables decide.
  static var icu: JSONObject {
    ["icu": .string(ICULibrary.version), "icu_data": .string(ICULibrary.dataVersion)]
  }
}
