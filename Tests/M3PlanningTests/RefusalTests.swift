import M3Planning
import Testing

@Suite("Numbers that make no plan")
struct RefusalTests {
  @Test(
    "shapes",
    arguments: [
      ([0, 4, 2, 8, 9, 9], "layers"), ([2, 0, 2, 8, 9, 9], "query heads"), ([2, 4, 0, 8, 9, 9], "key-value heads"),
      ([2, 4, 3, 8, 9, 9], "key-value heads"), ([2, 4, 8, 8, 9, 9], "key-value heads"),
      ([2, 4, 2, -8, 9, 9], "head dimension"), ([2, 4, 2, 8, 0, 9], "feed-forward size"),
      ([2, 4, 2, 8, 9, -1], "vocabulary"), ([2, 4, 2, 8, 9, 9, 0], "hidden size"),
    ])
  func shape(_ numbers: [Int], _ name: String) {
    let error = #expect(throws: PlanError.self) { try Self.shape(numbers) }
    guard case .outOfRange(name, _, _) = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }

  @Test(
    "recipes",
    arguments: [
      ([0, 8, 128, 64, 9, 1, 1], "memory layers"), ([3, 8, 128, 64, 9, 1, 1], "memory layers"),
      ([1, 0, 128, 64, 9, 1, 1], "tokens a head"), ([1, 129, 128, 64, 9, 1, 1], "tokens a head"),
      ([1, 8, 65_536, 64, 9, 1, 1], "reference tokens"), ([1, 8, 0, 64, 9, 1, 1], "reference tokens"),
      ([1, 8, 128, 0, 9, 1, 1], "chunk tokens"), ([1, 8, 128, 64, 0, 1, 1], "training tokens"),
      ([1, 8, 128, 64, 9, 0, 1], "bytes a vector"), ([1, 8, 128, 64, 9, 1, -1], "text bytes"),
    ])
  func recipe(_ numbers: [Int], _ name: String) throws {
    let shape = try Self.shape([2, 4, 2, 8, 9, 9])
    let error = #expect(throws: PlanError.self) {
      try MemoryPlan(shape, Self.recipe(shape, numbers), referenceCount: 1)
    }
    guard case .outOfRange(name, _, _) = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }

  @Test("as many references as there are, but one", arguments: [0, -1, Int.min])
  func references(_ count: Int) {
    #expect(throws: PlanError.outOfRange(name: "references", found: count, allowed: "at least 1")) {
      try MemoryPlan(.paper, MemoryRecipe(.paper), referenceCount: count)
    }
  }

  @Test("results beyond 64 bits, for each number that is the largest", arguments: 0..<6)
  func tooLarge(_ place: Int) throws {
    var numbers = [2, 4, 2, 8, 9, 9]
    numbers[place] = place == 1 ? .max - 1 : .max
    #expect(throws: PlanError.self) {
      let shape = try Self.shape(numbers)
      return try MemoryPlan(shape, MemoryRecipe(shape), referenceCount: 1)
    }
  }

  @Test("results beyond 64 bits by the recipe", arguments: [3, 4, 5, 6])
  func tooLargeRecipe(_ place: Int) throws {
    let shape = try Self.shape([2, 4, 2, 8, 9, 9])
    var numbers = [1, 8, 128, 64, 9, 1, 1]
    numbers[place] = .max
    let error = #expect(throws: PlanError.self) {
      try MemoryPlan(shape, Self.recipe(shape, numbers), referenceCount: 2)
    }
    guard case .tooLarge = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }

  @Test("the most references that can be planned, and one more")
  func limit() throws {
    let shape = try Self.shape([1, 1, 1, 1, 1, 1])
    var recipe = MemoryRecipe(shape, referenceLength: 1)
    recipe.textSize = 0
    // The largest of the forms is the predicted one of 32 KB.
    let most = Int.max / 32_768
    #expect(try MemoryPlan(shape, recipe, referenceCount: most).text().contains("8.00 EB"))
    #expect(throws: PlanError.tooLarge("bytes of predicted, 32 KB")) {
      try MemoryPlan(shape, recipe, referenceCount: most + 1)
    }
  }

  private static func shape(_ numbers: [Int]) throws(PlanError) -> ModelShape {
    try ModelShape(
      layerCount: numbers[0], queryHeadCount: numbers[1], keyValueHeadCount: numbers[2], headDimension: numbers[3],
      hiddenSize: numbers.count > 6 ? numbers[6] : nil, feedForwardSize: numbers[4], vocabularySize: numbers[5])
  }

  private static func recipe(_ shape: ModelShape, _ numbers: [Int]) -> MemoryRecipe {
    var recipe = MemoryRecipe(shape)
    recipe.memoryLayerCount = numbers[0]
    recipe.tokensPerHead = numbers[1]
    recipe.referenceLength = numbers[2]
    recipe.chunkLength = numbers[3]
    recipe.trainingLength = numbers[4]
    recipe.vectorSize = numbers[5]
    recipe.textSize = numbers[6]
    return recipe
  }
}
