public import ArgumentParser
package import Logging

/// How much a tool says on stderr besides its progress.
public enum LogLevel: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// Nothing but what ended the run.
  case error
  case warning
  /// What the run did, in a line.
  case info
  /// Each task's start and end too.
  case debug

  var level: Logger.Level {
    switch self {
    case .error: .error
    case .warning: .warning
    case .info: .info
    case .debug: .debug
    }
  }

  /// A logger that writes to stderr.
  /// - Parameter tool: the name before each line.
  package func logger(_ tool: String) -> Logger {
    Logger(label: tool) { StandardErrorLogHandler(label: $0, logLevel: level) }
  }
}
