public import ArgumentParser

#if canImport(Glibc)
  import Glibc
#endif

/// How a run is carried out: none of it changes a byte of the results.
public struct RunOptions: ParsableArguments {
  @Option(help: "Threads. The default is the machine's cores.")
  public var workers: Int?

  @Option(help: "How progress is shown: auto, plain or none.")
  public var progress: ProgressMode = .auto

  @Option(help: "What is said on stderr besides progress: error, warning, info or debug.")
  public var logLevel: LogLevel = .info

  public init() {}

  public mutating func validate() throws {
    if let workers, !(1...1024).contains(workers) { throw ValidationError("--workers takes 1 to 1024") }
  }

  public var workerCount: Int { workers ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// Where settings come from.
public struct SettingsOptions: ParsableArguments {
  @Option(help: "A pipeline file; this stage's section of it is read.")
  public var config: String?

  @Option(name: .customLong("set"), help: "key=value: one setting of this stage; wins over the file. Repeatable.")
  public var overrides: [String] = []

  public init() {}

  /// This stage's section under the overrides.
  public func section(_ name: String) throws -> SettingsSection {
    try SettingsSection(name, file: config, overrides: overrides)
  }
}
