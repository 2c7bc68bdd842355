import ArgumentParser
import M3Planning

/// What a memory keeps, and what it is read beside.
struct RecipeOptions: ParsableArguments {
  @Option(help: "Layers with memories. The default is half of the model's.")
  var memoryLayers: Int?

  @Option(help: "Tokens that a key-value head keeps in a layer. The default is 8.")
  var tokensPerHead: Int?

  @Option(help: "Tokens of a reference. The default is 128.")
  var referenceTokens: Int?

  @Option(help: "Tokens of a context that read the same memories. The default is 64.")
  var chunkTokens: Int?

  @Option(help: "Tokens of a sequence in training. The default is 2048.")
  var trainingTokens: Int?

  @Option(help: "Bytes of a compressed key or value. The default is 7 / 40 of a byte an element: 14 at 80, 11 at 64.")
  var vectorBytes: Int?

  @Option(help: "Bytes of a reference's text. The default is 4 a token.")
  var textBytes: Int?

  func recipe(for shape: ModelShape) -> MemoryRecipe {
    var recipe = MemoryRecipe(shape, referenceLength: referenceTokens)
    if let memoryLayers { recipe.memoryLayerCount = memoryLayers }
    if let tokensPerHead { recipe.tokensPerHead = tokensPerHead }
    if let chunkTokens { recipe.chunkLength = chunkTokens }
    if let trainingTokens { recipe.trainingLength = trainingTokens }
    if let vectorBytes { recipe.vectorSize = vectorBytes }
    if let textBytes { recipe.textSize = textBytes }
    return recipe
  }
}
