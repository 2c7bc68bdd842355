import M3Tensor
import M3TestSupport
import M3Transformer
import M3Weights
import Testing

/// A model that tests run, and its slow twin over the same file.
struct TestModel: Sendable, CustomTestStringConvertible {
  let name: String
  let file: GGUFFile
  let model: LlamaModel
  let twin: PlainLlama

  var testDescription: String { name }
  var configuration: LlamaConfiguration { model.configuration }

  init(name: String, path: String, kernels: Kernels) throws {
    self.name = "\(name), \(kernels.name)"
    file = try GGUFFile(path: path)
    model = try LlamaModel(file, kernels: kernels)
    twin = try PlainLlama(file)
  }

  /// A model of random weights.
  init(name: String, _ shape: RandomLlama, kernels: Kernels, seed: UInt64 = 7) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(GGUFBuilder(shape, seed: seed).bytes, "model.gguf")
    try self.init(name: name, path: path, kernels: kernels)
  }

  /// The committed tiny model, on every set of kernels.
  static let tiny = committed("tiny-llama")

  /// The one in types that no kernel reads as they are.
  static let kQuants = committed("tiny-llama-k")

  private static func committed(_ name: String) -> [TestModel] {
    Kernels.available.map { kernels in
      make { try TestModel(name: name, path: Fixtures.path("tiny/\(name).gguf"), kernels: kernels) }
    }
  }

  /// Shapes that the committed models do not have.
  static let shapes: [TestModel] = {
    var oneHead = RandomLlama()
    (oneHead.heads, oneHead.keyValueHeads, oneHead.headDimension, oneHead.layers) = (1, 1, 2, 1)
    var everyHead = RandomLlama()
    (everyHead.keyValueHeads, everyHead.isTied) = (4, false)
    var lengthened = RandomLlama()
    lengthened.hasFrequencyFactors = true
    var oddSizes = RandomLlama()
    (oddSizes.hidden, oddSizes.feedForward, oddSizes.vocabulary) = (31, 17, 13)
    (oddSizes.heads, oddSizes.keyValueHeads, oddSizes.headDimension, oddSizes.layers) = (6, 2, 10, 3)
    let named = [
      ("one head", oneHead), ("a key-value head a query head", everyHead), ("frequency factors", lengthened),
      ("odd sizes", oddSizes),
    ]
    return named.map { name, shape in make { try TestModel(name: name, shape, kernels: .best) } }
  }()

  static let all = tiny + shapes

  /// Arguments of tests cannot throw.
  private static func make(_ body: () throws -> TestModel) -> TestModel {
    do { return try body() } catch { fatalError("\(error)") }
  }
}
