/// A profile as it is chosen by name.
public struct ProfileEntry: Sendable {
  /// The profile with the bounds of its source.
  public let profile: any FilterProfile
  public let language: ProfileLanguage
  /// One line.
  public let summary: String

  public var name: String { profile.name }
  public var version: String { profile.version }

  /// The name with its version: `gopher-quality@datatrove-0.10.1`.
  public var versionedName: String { "\(name)-\(version)" }
}
