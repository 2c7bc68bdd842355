import M3Language

/// Several profiles, one after another: a text is kept where all that look at it keep it.
public struct TextFilter: Sendable {
  /// A profile, and the texts it looks at.
  public struct Entry: Sendable {
    public let profile: any FilterProfile
    /// The language that it is made for.
    public let language: ProfileLanguage

    public init(_ profile: any FilterProfile, language: ProfileLanguage) {
      self.profile = profile
      self.language = language
    }
  }

  public let entries: [Entry]
  /// Whether each profile looks only at texts of its own language; a text of another one is then no business of its.
  public let isRouted: Bool
  /// Whether profiles whose source changes texts change those that are kept.
  public let rewrites: Bool

  public init(_ entries: [Entry], isRouted: Bool = false, rewrites: Bool = false) {
    self.entries = entries
    self.isRouted = isRouted
    self.rewrites = rewrites
  }

  public var profiles: [any FilterProfile] { entries.map(\.profile) }

  /// What becomes of a text.
  public enum Verdict: Sendable, Equatable {
    /// With the text that the profiles leave, where they change it, and whether any of them looked at the text.
    case kept(rewritten: String?, isExamined: Bool)
    /// By the first rule of the first profile that it fails.
    case refused(Rejection)
  }

  /// What becomes of a text. A profile that changes texts, where it may, leaves the next one what it made.
  public func verdict(on text: FilterText) -> Verdict {
    var text = text
    var rewritten: String?
    var isExamined = false
    for entry in entries where looks(entry, at: text) {
      isExamined = true
      if let rejection = entry.profile.rejection(of: text) { return .refused(rejection) }
      guard rewrites, let profile = entry.profile as? any RewritingProfile else { continue }
      let changed = profile.rewritten(String(decoding: text.bytes, as: UTF8.self))
      guard !changed.isEmpty else {
        let rule = FilterRule(reason: "nothing_left", setting: "rewrite", .above(0))
        return .refused(Rejection(profile: entry.profile.name, rule: rule, value: 0))
      }
      text = FilterText(changed)
      rewritten = changed
    }
    return .kept(rewritten: rewritten, isExamined: isExamined || entries.isEmpty)
  }

  /// The values of a text for each profile's rules; a rule that does not apply, or of a profile that does not look at the
  /// text, has none.
  public func values(of text: FilterText) -> [[Double?]] {
    entries.map { entry in
      looks(entry, at: text)
        ? entry.profile.values(of: text) : [Double?](repeating: nil, count: entry.profile.rules.count)
    }
  }

  private func looks(_ entry: Entry, at text: FilterText) -> Bool {
    guard isRouted else { return true }
    return switch entry.language {
    case .any: true
    case .english: text.view(TextLanguage.self).language.base == "en"
    case .chinese: text.view(TextLanguage.self).language.base == "zh"
    }
  }
}

extension Rejection {
  /// How reports count it: `gopher-quality@datatrove/gopher_short_doc`.
  public var accountReason: String { "\(profile)/\(rule.reason)" }
}
