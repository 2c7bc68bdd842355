import M3Command
import M3Filter
import M3JSON
import M3Records

/// The profiles that settings name, under the settings' thresholds.
enum FilterProfiles {
  /// - Throws: ``UsageError`` for a profile, a threshold's name or a number that is none.
  static func filter(_ settings: FilterSettings, level: TextLevel) throws -> TextFilter {
    guard !settings.rewrites || level == .document else {
      throw UsageError("rewrite: only documents can be changed, not references")
    }
    var profiles: [any FilterProfile] = []
    for name in settings.profiles {
      let profile = try profile(name)
      guard !profiles.contains(where: { $0.name == profile.name }) else {
        throw UsageError("the profile \(profile.name) stands twice")
      }
      profiles.append(profile)
    }
    for threshold in settings.thresholds { try apply(threshold, to: &profiles) }
    let entries = profiles.map { profile in
      TextFilter.Entry(
        profile, language: ProfileRegistry.entries.first { $0.name == profile.name }?.language ?? .any)
    }
    let languages = Set(entries.map(\.language)).subtracting([.any])
    let isRouted =
      switch settings.route {
      case .always: true
      case .never: false
      case .auto: languages.count > 1
      }
    return TextFilter(entries, isRouted: isRouted, rewrites: settings.rewrites)
  }

  /// What of a filter decides its results.
  static func json(_ filter: TextFilter) -> JSONValue {
    .array(
      filter.profiles.map { profile in
        let rules = profile.rules.map { rule -> JSONValue in
          .string("\(rule.setting) \(rule.bound.relation.rawValue) \(rule.bound.threshold)")
        }
        return [
          "name": .string(profile.name), "parameters": .object(profile.parameters), "rules": .array(rules),
          "version": .string(profile.version),
        ]
      })
  }

  private static func profile(_ name: String) throws -> any FilterProfile {
    do throws(UnknownProfileError) {
      return try ProfileRegistry.profile(named: name)
    } catch {
      throw UsageError("\(error)")
    }
  }

  /// - Parameter text: `PROFILE.RULE=VALUE`; a rule goes by its reason or by its setting, by what only it has.
  private static func apply(_ text: String, to profiles: inout [any FilterProfile]) throws {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, let dot = sides[0].lastIndex(of: "."), let value = Double(sides[1]), value.isFinite else {
      throw UsageError("thresholds: PROFILE.RULE=NUMBER is wanted, not \(text)")
    }
    let (name, key) = (sides[0][..<dot], sides[0][sides[0].index(after: dot)...])
    guard let place = profiles.firstIndex(where: { $0.name == name }) else {
      throw UsageError("thresholds: \(name) is none of the profiles \(profiles.map(\.name).joined(separator: ", "))")
    }
    let rules = profiles[place].rules
    let found = rules.indices.filter { rules[$0].reason == key || rules[$0].setting == key }
    guard let rule = found.first, found.count == 1 else {
      let known = found.isEmpty ? rules.map(\.reason) : found.map { rules[$0].setting }
      let unique = known.enumerated().filter { !known[..<$0].contains($1) }.map(\.element)
      throw UsageError(
        "thresholds: \(name) has \(found.isEmpty ? "no" : "several") \(key); it has \(unique.joined(separator: ", "))")
    }
    profiles[place].rules[rule].bound.threshold = value
  }
}
