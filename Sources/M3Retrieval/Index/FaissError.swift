/// What faiss refused or could not do, in its own words.
public struct FaissError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done.
  public enum Operation: String, Sendable {
    case create, set, train, add, write, read, search
  }

  public let operation: Operation
  public let message: String

  public var description: String { "faiss cannot \(operation.rawValue): \(message)" }
}
