public import ArgumentParser
import M3Bytes

#if canImport(Glibc)
  import Glibc
#endif

/// A command whose errors become one line on stderr and one of the shared exit codes.
public protocol Tool: ParsableCommand {
  func execute() throws
}

extension Tool {
  public func run() throws {
    // A reader of stdout that goes away makes a write fail and does not end the process.
    signal(SIGPIPE, SIG_IGN)
    StandardStream.openMissing()
    do {
      try DescriptorLimit.require()
      try execute()
      if let error = StandardOutput.failure { throw error }
    } catch let code as ExitCode {
      throw code
    } catch {
      // The program and not `_commandName`, which is `get` for `m3-read get`.
      StandardError.write("\(FilePaths.split(CommandLine.arguments[0]).name): \(error)\n")
      throw ExitCode(ExitStatus(error).rawValue)
    }
  }
}
