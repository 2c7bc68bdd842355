import M3Bytes
import M3Encoder
import M3Inference
import M3Quantizer
import M3Stage
import M3Tensor

/// The exit codes that all tools share; the numbers are those of `sysexits.h`.
public enum ExitStatus: Int32, Sendable {
  case usage = 64
  case badData = 65
  /// An input, or the stage before, is missing.
  case missingInput = 66
  case `internal` = 70
  case cannotCreate = 73
  case inputOutput = 74
  /// Another writer holds the lock, or the machine is short of something: trying again may help.
  case transient = 75

  init(_ error: any Error) {
    self =
      switch error {
      case let error as FileError: ExitStatus(file: error)
      case let error as StageError: ExitStatus(stage: error)
      case is SettingsError, is UsageError, is TensorError: .usage
      case let error as FormatError where error.isMissingInput: .missingInput
      case is FormatError, is WrongModelError, is WrongRecipeError, is EvaluationError, is GenerationError,
        is ReferenceEncoder.NotFinite, is BudgetError, is PredictedTrainingError, is AlgebraError:
        .badData
      default: .internal
      }
  }

  private init(file error: FileError) {
    self =
      switch error.operation {
      case _ where error.isTransient: .transient
      case .create, .makeDirectory: .cannotCreate
      case _ where error.isMissing: .missingInput
      default: .inputOutput
      }
  }

  private init(stage error: StageError) {
    self =
      switch error {
      case .changed, .inputChanged, .unbalanced: .badData
      case .notPlanned, .upstreamMissing, .upstreamStale, .nothingToDo: .missingInput
      case .usage: .usage
      }
  }
}

extension FormatError {
  /// Whether an input path leads to nothing, or to a folder without a file to read.
  fileprivate var isMissingInput: Bool {
    // A record's field may have that name too, and then there is a line.
    guard field == "input", line == nil, case .missing = problem else { return false }
    return true
  }
}

/// Arguments that make no sense together.
public struct UsageError: Error, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
