internal import CICU

/// The machine's International Components for Unicode: its dictionaries and tables decide what is a word.
public enum ICULibrary {
  /// The version of its code: `72.1`.
  public static let version = versions.code
  /// The version of its data, which may be replaced alone; empty where they are missing.
  public static let dataVersion = versions.data

  private static let versions: (code: String, data: String) = {
    var code = [CChar](repeating: 0, count: Int(M3_ICU_VERSION_LENGTH))
    var data = code
    m3_icu_version(&code, &data)
    return (text(code), text(data))
  }()

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
