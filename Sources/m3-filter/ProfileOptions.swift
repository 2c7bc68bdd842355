import ArgumentParser
import M3Command
import M3Filter
import M3Records

/// Which texts are looked at, and by which rules: what `run` and `sweep` share.
struct ProfileOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption, help: "A stage's folder; or files, folders and patterns of documents or references.")
  var input: [String]

  @Option(name: .customLong("profile"), help: "A set of rules, by name; `m3-filter profiles` lists them. Repeatable.")
  var profiles: [String] = []

  @Option(
    help: "What a record is: document or reference. The default is what the stage wrote that is read, else document.")
  var level: TextLevel?

  @OptionGroup var settingsOptions: SettingsOptions

  /// The settings under these options, the texts, and what a record is.
  func read() throws -> (settings: FilterSettings, texts: TextInput, level: TextLevel) {
    var section = try settingsOptions.section("filter")
    section.override("profiles", list: profiles)
    section.override("level", level?.rawValue)
    let settings = try FilterSettings(&section)
    let texts = try TextInput(input, taskBytes: settings.taskBytes)
    return (settings, texts, try texts.level(asked: settings.level))
  }
}
