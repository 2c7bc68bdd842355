/// What a sweep found of one profile.
public struct ProfileSweep: Sendable {
  public let name: String
  public let version: String
  /// Texts that were looked at.
  public let textCount: Int
  /// Those that every rule keeps.
  public let keptCount: Int
  /// Whether distributions are of all texts rather than of a sample.
  public let isExact: Bool
  /// Texts that distributions are of.
  public let sampleCount: Int
  /// In the profile's order.
  public let rules: [RuleSweep]
}
