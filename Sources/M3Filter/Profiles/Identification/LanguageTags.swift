import M3Language

/// The languages that a profile's name asks for.
enum LanguageTags {
  private static let prefix = "language:"

  /// The tags of `language:en,zh-Hant` as CLD2 writes them; nil where the name is no such list, or a tag is empty.
  /// - Throws: ``UnknownProfileError`` for a tag that CLD2 never gives a text.
  static func languages(in name: String) throws(UnknownProfileError) -> Set<String>? {
    guard name.hasPrefix(prefix) else { return nil }
    let tags = name.dropFirst(prefix.count).split(separator: ",", omittingEmptySubsequences: false).map(normalized)
    guard !tags.contains("") else { return nil }
    for tag in tags where !known.contains(tag) {
      throw UnknownProfileError(name: name, language: tag, nearest: nearest(to: tag))
    }
    return Set(tags)
  }

  private static let known = Set(LanguageIdentifier.languages.map(\.code))

  /// Without the spaces around it, the language in lower case and the script capitalized: `zh-Hant`.
  private static func normalized(_ text: Substring) -> String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace }
    let trimmed = String(String(text.drop(while: isSpace)).reversed().drop(while: isSpace).reversed())
    let parts = trimmed.split(separator: "-", omittingEmptySubsequences: false)
    return parts.enumerated().map { place, part in
      place > 0 && part.count == 4 ? part.prefix(1).uppercased() + part.dropFirst().lowercased() : part.lowercased()
    }.joined(separator: "-")
  }

  private static func nearest(to tag: String) -> [String] {
    let base = String(tag.prefix { $0 != "-" })
    let names = LanguageIdentifier.languages.map { (name: $0.code, spellings: [$0.code, $0.name]) }
    // Of `en-US` the language is known.
    return known.contains(base) ? [base] : NearestNames.of(tag, in: names)
  }
}
