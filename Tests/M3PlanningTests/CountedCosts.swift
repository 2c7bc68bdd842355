import M3Planning

/// Costs by adding up what each layer does with each token.
struct CountedCosts {
  private(set) var writeParameters = 0
  private(set) var writeExplicit = 0
  private(set) var readExplicit = 0
  private(set) var readText = 0

  init(_ shape: ModelShape, _ recipe: MemoryRecipe) {
    let queries = shape.queryHeadCount * shape.headDimension
    let keyValues = shape.keyValueHeadCount * shape.headDimension
    let projections = [
      shape.hiddenSize * queries, shape.hiddenSize * keyValues, shape.hiddenSize * keyValues,
      queries * shape.hiddenSize,
    ].reduce(0, +)
    let feedForward = [0, 1, 2].map { _ in shape.hiddenSize * shape.feedForwardSize }.reduce(0, +)
    // Scores and sums of one query with one key and value, of all heads.
    let pair = 2 * queries
    let tokens = 0..<recipe.referenceLength
    for _ in 0..<shape.layerCount {
      for _ in tokens {
        writeParameters += 6 * (projections + feedForward)
        // Half of a sequence is before a token, as a mean: counted twice as often, and halved.
        for _ in 0..<recipe.trainingLength { writeParameters += 6 * pair / 2 }
      }
    }
    for _ in tokens { writeParameters += 6 * shape.hiddenSize * shape.vocabularySize }

    for layer in 0..<recipe.memoryLayerCount {
      for _ in tokens {
        writeExplicit += 2 * projections
        // Causal attention to half of the reference, and unmasked scores of all tokens with all, without sums.
        for _ in tokens { writeExplicit += 2 * pair / 2 + 2 * queries }
        if layer + 1 < recipe.memoryLayerCount { writeExplicit += 2 * feedForward }
      }
      for _ in 0..<recipe.chunkLength {
        for _ in 0..<recipe.tokensPerHead { readExplicit += 2 * pair }
      }
    }

    for layer in 0..<shape.layerCount {
      for _ in tokens {
        readText += 2 * projections
        for _ in tokens { readText += 2 * pair / 2 }
        for _ in 0..<recipe.chunkLength { readText += 2 * pair }
        if layer + 1 < shape.layerCount { readText += 2 * feedForward }
      }
    }
  }
}
