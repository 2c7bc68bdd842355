public import ArgumentParser

/// A command whose errors become one line on stderr and one of the shared exit codes.
public protocol Tool: ParsableCommand {
  func execute() throws
}

extension Tool {
  public func run() throws {
    do {
      try execute()
    } catch let code as ExitCode {
      throw code
    } catch {
      StandardError.write("\(Self._commandName): \(error)\n")
      throw ExitCode(ExitStatus(error).rawValue)
    }
  }
}
