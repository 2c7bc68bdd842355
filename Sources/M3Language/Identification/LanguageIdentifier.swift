internal import CCLD2

/// Tells which language a text is in, by Compact Language Detector 2: scripts, and the statistics of four letters in
/// a row.
///
/// It knows some 80 languages, needs no model file and gives the same answer on every machine and thread. Markup is
/// taken for text.
public struct LanguageIdentifier: Sendable {
  /// Whether a text too short to be sure of gets the likeliest language instead of `und`. The default is true.
  public var isBestEffort: Bool

  /// What is read of a text, in bytes; more of it would not change the answer.
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
    let bytes = UnsafeBufferPointer(rebasing: utf8[..<Self.end(of: utf8)])
    guard !bytes.isEmpty else { return .undetermined }
    if let language = identifyInterchangeable(bytes) { return language }
    let replaced = InterchangeText.bytes(replacing: bytes)
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
  private static func tag(_ code: String) -> String {
    switch code {
    case "un", "xxx": "und"
    case "iw": "he"
    case "jw": "jv"
    case "in": "id"
    case "ji": "yi"
    default: code
    }
  }

  /// Where what is read ends: not within a code point.
  private static func end(of utf8: UnsafeBufferPointer<UInt8>) -> Int {
    guard utf8.count > byteLimit else { return utf8.count }
    var end = byteLimit
    while end > byteLimit - 4, utf8[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }
}
