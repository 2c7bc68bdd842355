public import ArgumentParser

/// What a stage's tool is asked to make.
public protocol StageOptions: ParsableArguments {
  func job() throws -> any StageJob
}

/// A stage's work, ready to be planned and run.
public protocol StageJob {
  func plan() throws
  func run(_ tasks: TaskOptions, _ options: RunOptions) throws
}

/// `run` of every stage's tool: what is done where no other verb is given.
public struct StageRun<Options: StageOptions>: Tool {
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "run", abstract: "Runs the tasks that are not done: all of them, or one of an array.")
  }

  @OptionGroup public var options: Options
  @OptionGroup public var tasks: TaskOptions
  @OptionGroup public var runOptions: RunOptions

  public init() {}

  public func execute() throws {
    try options.job().run(tasks, runOptions)
  }
}

/// `plan` of every stage's tool; it takes the arguments of `run`.
public struct StagePlanning<Options: StageOptions>: Tool {
  public static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "plan", abstract: "Fixes the tasks, prints how many there are, and runs none.")
  }

  @OptionGroup public var options: Options
  @OptionGroup public var runOptions: RunOptions

  public init() {}

  public func execute() throws {
    try options.job().plan()
  }
}
