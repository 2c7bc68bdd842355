import Logging
import M3Command
import Testing

@Suite("Messages")
struct LogTests {
  private func event(_ level: Logger.Level, _ metadata: Logger.Metadata? = nil) -> LogEvent {
    LogEvent(
      level: level, message: "task ends", metadata: metadata, source: nil, file: #fileID, function: #function, line: 1)
  }

  private let handler = StandardErrorLogHandler(label: "m3-encode", logLevel: .debug)

  @Test(arguments: [
    (Logger.Level.debug, "m3-encode: task ends"), (.info, "m3-encode: task ends"),
    (.warning, "m3-encode: warning: task ends"), (.error, "m3-encode: error: task ends"),
  ])
  func levels(level: Logger.Level, line: String) {
    #expect(handler.line(event(level)) == line)
  }

  @Test func metadataComesInOrderAndTheMessagesOwnWins() {
    var handler = handler
    handler[metadataKey: "task"] = "3-of-8"
    handler[metadataKey: "bytes"] = "1"
    #expect(
      handler.line(event(.debug, ["seconds": "1.5", "bytes": "200"]))
        == "m3-encode: task ends (bytes 200, seconds 1.5, task 3-of-8)")
    #expect(handler[metadataKey: "bytes"] == "1")
  }

  /// What each level of the option lets through.
  @Test(arguments: [
    (LogLevel.error, [Logger.Level.error]), (.warning, [.warning, .error]), (.info, [.info, .warning, .error]),
    (.debug, [.debug, .info, .warning, .error]),
  ])
  func options(option: LogLevel, levels: [Logger.Level]) {
    let logger = option.logger("m3-encode")
    #expect([Logger.Level.trace, .debug, .info, .warning, .error].filter { $0 >= logger.logLevel } == levels)
  }
}
