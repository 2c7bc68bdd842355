internal import CCLD2

/// Tells which language a text is in, by Compact Language Detector 2: scripts, and the statistics of four letters in
/// a row.
///
/// It knows some 80 languages, needs no model file and gives the same answer on every machine and thread. Markup is
/// taken for text.
public struct LanguageIdentifier: Sendable {
  /// Whether a text too short to be sure of gets the likeliest language instead of `und`. The default is true.
  public var isBestEffort: Bool

  /// What is read of a text, in bytes. Of a longer one these are 16 pieces, evenly spread from its beginning to its
  /// end, so that a score is an estimate of the language's share.
  public static let byteLimit = 1 << 20

  public init(isBestEffort: Bool = true) {
    self.isBestEffort = isBestEffort
  }

  /// The language of a text.
  public func identify(_ text: String) -> IdentifiedLanguage {
    var text = text
    return text.withUTF8 { identify($0) }
  }

  /// The language of a text in UTF-8. Bytes that are none count as spaces.
  public func identify(_ utf8: UnsafeBufferPointer<UInt8>) -> IdentifiedLanguage {
    guard !utf8.isEmpty else { return .undetermined }
    guard utf8.count <= Self.byteLimit else {
      return TextSample.bytes(of: utf8, limit: Self.byteLimit).withUnsafeBufferPointer { identify($0) }
    }
    if let language = identifyInterchangeable(utf8) { return language }
    let replaced = InterchangeText.bytes(replacing: utf8)
    return replaced.withUnsafeBufferPointer { identifyInterchangeable($0) } ?? .undetermined
  }

  /// Nil where CLD2 does not take the text for UTF-8 that is meant for interchange.
  private func identifyInterchangeable(_ bytes: UnsafeBufferPointer<UInt8>) -> IdentifiedLanguage? {
    var result = m3_cld2_result()
    let valid = bytes.withMemoryRebound(to: CChar.self) {
      m3_cld2_identify($0.baseAddress, Int32($0.count), isBestEffort, &result)
    }
    guard valid == bytes.count else { return nil }
    let first = result.languages.0
    guard let name = first.code, result.letter_bytes > 0 else { return .undetermined }
    let code = Self.tag(String(cString: name))
    guard code != IdentifiedLanguage.undetermined.code else { return .undetermined }
    return IdentifiedLanguage(code: code, score: Double(first.percent) / 100, isReliable: result.is_reliable)
  }

  /// CLD2 keeps some codes that the registry has since replaced.
  static func tag(_ code: String) -> String {
    switch code {
    case "un", "xxx": "und"
    case "iw": "he"
    case "jw": "jv"
    case "in": "id"
    case "ji": "yi"
    default: code
    }
  }
}
