internal import CCLD2

extension LanguageIdentifier {
  /// CLD2's version and the date of its tables, which decide every answer: `V2.0 - 20141016`.
  public static let version = String(cString: m3_cld2_version())

  /// What can be identified, by tag.
  public static let languages: [IdentifiableLanguage] = {
    var languages: [IdentifiableLanguage] = []
    withUnsafeMutablePointer(to: &languages) { languages in
      m3_cld2_languages(languages) { context, language in
        guard let context, let code = language.code, let name = language.name else { return }
        context.assumingMemoryBound(to: [IdentifiableLanguage].self).pointee.append(
          IdentifiableLanguage(code: LanguageIdentifier.tag(String(cString: code)), name: String(cString: name)))
      }
    }
    return languages.sorted { $0.code < $1.code }
  }()
}
