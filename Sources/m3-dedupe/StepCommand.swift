import ArgumentParser
import M3Command
import M3Dedupe

/// `m3-dedupe STEP`: its `run` and `plan` take the options of the whole.
struct StepCommand<S: Step>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: S.step.rawValue, abstract: S.abstract,
      subcommands: [StageRun<StepOptions<S>>.self, StagePlanning<StepOptions<S>>.self],
      defaultSubcommand: StageRun<StepOptions<S>>.self)
  }
}

/// What one step is asked to make.
struct StepOptions<S: Step>: StageOptions {
  @OptionGroup var options: DedupeOptions

  func job() throws -> any StageJob { try options.job([S.step]) }
}
