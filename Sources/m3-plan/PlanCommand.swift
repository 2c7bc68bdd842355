import ArgumentParser
import M3Command
import M3JSON
import M3Planning
import M3Transformer
import M3Weights

@main
struct PlanCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "m3-plan",
    abstract: "Prints what memories will take and cost before any is made.",
    discussion: """
      Bytes of a reference and of a bank by codec, the cost of knowing a reference by where it is kept, and for how many \
      uses of it a memory is the cheapest. The defaults are the paper's: half of the layers, 8 tokens a head.
      `--shape paper` is the paper's model, and without --references its bank.
      """)

  @Option(help: "The model: a GGUF file.")
  var model: String?

  @Option(
    help: """
      In place of a model: layers, query heads, key-value heads, head dimension, feed-forward size, vocabulary; or paper.
      """)
  var shape: ShapeArgument?

  @Option(help: "Width of the residual stream with --shape. The default is query heads times head dimension.")
  var hiddenSize: Int?

  @Option(help: "References in the bank.")
  var references: Int?

  @OptionGroup var recipe: RecipeOptions

  @Option(help: "Also compares costs at so many uses of a reference.")
  var uses: Int?

  @Flag(help: "Prints JSON: bytes and floating-point operations.")
  var json = false

  func validate() throws {
    guard (model == nil) != (shape == nil) else { throw ValidationError("one of --model and --shape is needed") }
    guard references != nil || shape == .paper else { throw ValidationError("--references is missing") }
    if hiddenSize != nil {
      guard case .numbers = shape else { throw ValidationError("--hidden-size belongs to the numbers of --shape") }
    }
    guard uses.map({ $0 >= 0 }) ?? true else { throw ValidationError("--uses takes a number from 0") }
  }

  func execute() throws {
    let plan: MemoryPlan
    do {
      let shape = try modelShape()
      plan = try MemoryPlan(
        shape, recipe.recipe(for: shape), referenceCount: references ?? MemoryRecipe.paperReferenceCount)
    } catch let error as PlanError {
      throw UsageError("\(error)")
    }
    if json {
      StandardOutput.write(
        String(decoding: JSONValue.object(plan.json(uses: uses)).serialized(.pretty), as: UTF8.self))
    } else {
      StandardOutput.write(plan.text(uses: uses))
    }
  }

  private func modelShape() throws -> ModelShape {
    if let shape { return try shape.modelShape(hiddenSize: hiddenSize) }
    guard let model else { return .paper }
    let configuration = try LlamaConfiguration(GGUFFile(path: model))
    return try ModelShape(
      layerCount: configuration.layerCount, queryHeadCount: configuration.queryHeadCount,
      keyValueHeadCount: configuration.keyValueHeadCount, headDimension: configuration.headDimension,
      hiddenSize: configuration.hiddenSize, feedForwardSize: configuration.feedForwardSize,
      vocabularySize: configuration.vocabularySize)
  }
}
