import ArgumentParser
import M3Command
import M3Filter

struct ProfilesCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "profiles", abstract: "Lists the sets of rules; of one, its rules and bounds.")

  @Argument(help: "A profile's name.")
  var name: String?

  func execute() throws {
    guard let name else {
      let width = ProfileRegistry.entries.map(\.versionedName.count).max() ?? 0
      for entry in ProfileRegistry.entries {
        StandardOutput.write(
          "\(DecimalText.left(entry.versionedName, width))  \(DecimalText.left(entry.language.rawValue, 7))  \(entry.summary)\n"
        )
      }
      return
    }
    let profile: any FilterProfile
    do throws(UnknownProfileError) {
      profile = try ProfileRegistry.profile(named: name)
    } catch {
      throw UsageError("\(error)")
    }
    let width = profile.rules.map(\.setting.count).max() ?? 0
    for rule in profile.rules {
      let bound = "\(rule.bound.relation.rawValue) \(rule.bound.threshold)"
      StandardOutput.write("\(DecimalText.left(rule.setting, width))  \(DecimalText.left(bound, 10))  \(rule.reason)\n")
    }
  }
}
