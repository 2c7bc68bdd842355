package import Logging

/// Writes `tool: message (key value, key value)`, a line a message; the level is said where it is a warning or worse.
package struct StandardErrorLogHandler: LogHandler {
  private let label: String
  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]

  package init(label: String, logLevel: Logger.Level) {
    self.label = label
    self.logLevel = logLevel
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    StandardError.write(line(event) + "\n")
  }

  /// The message's own metadata wins over the handler's; keys in their order.
  package func line(_ event: LogEvent) -> String {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    let level = event.level >= .warning ? "\(event.level): " : ""
    let suffix = fields.isEmpty ? "" : " (\(fields.map { "\($0.key) \($0.value)" }.joined(separator: ", ")))"
    return "\(label): \(level)\(event.message)\(suffix)"
  }
}
