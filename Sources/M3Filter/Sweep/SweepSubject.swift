/// What a sweep looks at: the rules of a profile, or any other set of values with bounds, such as a score of quality.
public struct SweepSubject: Sendable, Equatable {
  public var name: String
  public var version: String
  public var rules: [FilterRule]

  public init(name: String, version: String, rules: [FilterRule]) {
    self.name = name
    self.version = version
    self.rules = rules
  }

  public init(_ profile: some FilterProfile) {
    self.init(name: profile.name, version: profile.version, rules: profile.rules)
  }
}
