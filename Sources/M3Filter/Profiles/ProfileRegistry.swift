/// All profiles, by name.
public enum ProfileRegistry {
  public static let entries: [ProfileEntry] = [
    ProfileEntry(
      profile: ReferenceProfile(), language: .any,
      summary: "references of at most 128 tokens: no lists, tables, symbols, garbled or repeated text"),
    ProfileEntry(
      profile: LanguageProfile(languages: ["en", "zh"]), language: .any,
      summary: "English and Chinese as CLD2 identifies them; language:es,fr keeps others"),
    ProfileEntry(
      profile: Memory3Profile(), language: .any, summary: "the rules of the Memory³ paper, §4.2, for documents"),
    ProfileEntry(
      profile: GopherQualityProfile(), language: .english, summary: "Gopher's quality rules as datatrove has them"),
    ProfileEntry(
      profile: GopherRepetitionProfile(), language: .english,
      summary: "Gopher's repetition rules as datatrove has them"),
    ProfileEntry(profile: C4Profile(), language: .english, summary: "C4's rules as datatrove has them"),
    ProfileEntry(
      profile: C4Profile(terminalPunctuation: false), language: .english,
      summary: "C4's rules as FineWeb runs them: lines need no end mark"),
    ProfileEntry(profile: FineWebProfile(), language: .english, summary: "FineWeb's own rules as datatrove has them"),
    ProfileEntry(
      profile: DolmaGopherProfile(), language: .english, summary: "Gopher's rules as dolma measures and mixes by them"),
    ProfileEntry(
      profile: NeMoHeuristicProfile(), language: .english, summary: "NeMo Curator's heuristic cascade for English"),
    ProfileEntry(
      profile: MapCCProfile(), language: .chinese, summary: "the rules of MAP-CC, the corpus of Chinese Tiny LLM"),
    ProfileEntry(
      profile: ChineseWebTextProfile(), language: .chinese, summary: "ChineseWebText's rules before its BERT score"),
  ]

  /// The profile of a name, with the bounds of its source.
  ///
  /// - Parameter name: a profile's name, alone (`map-cc`, `gopher@dolma`), with its version (`gopher@dolma-1.2.1`),
  ///   or without its source where no other profile is named so (`heuristic-en`); `language:` with the tags of the
  ///   languages to keep (`language:en,es`), in any case and with spaces between them.
  public static func profile(named name: String) throws(UnknownProfileError) -> any FilterProfile {
    if let languages = try LanguageTags.languages(in: name) { return LanguageProfile(languages: languages) }
    if let entry = entries.first(where: { name == $0.name || name == $0.versionedName }) { return entry.profile }
    let withoutSource = entries.filter { $0.name.hasPrefix("\(name)@") }
    if withoutSource.count == 1, let entry = withoutSource.first { return entry.profile }
    throw UnknownProfileError(name: name, nearest: nearest(to: name))
  }

  private static func nearest(to name: String) -> [String] {
    let names = entries.map { entry in
      (name: entry.name, spellings: [entry.name, entry.versionedName, String(entry.name.prefix { $0 != "@" })])
    }
    return NearestNames.of(name, in: names)
  }
}
