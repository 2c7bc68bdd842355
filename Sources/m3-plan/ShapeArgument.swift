import ArgumentParser
import M3Planning

/// A model's shape as an argument: `paper`, or six numbers with commas between.
enum ShapeArgument: ExpressibleByArgument, Equatable {
  case paper
  /// L, H, G, D, W, V.
  case numbers([Int])

  init?(argument: String) {
    if argument == "paper" {
      self = .paper
      return
    }
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 6, numbers.allSatisfy({ $0 != nil }) else { return nil }
    self = .numbers(numbers.compactMap { $0 })
  }

  /// - Throws: ``PlanError``.
  func modelShape(hiddenSize: Int?) throws(PlanError) -> ModelShape {
    switch self {
    case .paper: .paper
    case .numbers(let numbers):
      try ModelShape(
        layerCount: numbers[0], queryHeadCount: numbers[1], keyValueHeadCount: numbers[2], headDimension: numbers[3],
        hiddenSize: hiddenSize, feedForwardSize: numbers[4], vocabularySize: numbers[5])
    }
  }
}
