import M3JSON
import M3Planning
import Testing

@Suite("Costs")
struct CostTests {
  /// Shapes and recipes that differ in everything.
  static let cases: [(shape: [Int], hidden: Int?, recipe: [Int])] = [
    ([1, 1, 1, 2, 3, 5], nil, [1, 1, 1, 1, 2]), ([3, 4, 2, 6, 10, 50], 20, [2, 3, 7, 4, 12]),
    ([5, 6, 3, 4, 9, 31], 30, [5, 2, 9, 6, 8]), ([30, 9, 3, 64, 1536, 49_152], 576, [30, 16, 40, 16, 64]),
  ]

  @Test("as counted multiply-add by multiply-add, layer by layer and token by token", arguments: cases.indices)
  func twin(_ index: Int) throws {
    let plan = try plan(index)
    let slow = CountedCosts(plan.shape, plan.recipe)
    #expect(plan.costs.writeParameters == slow.writeParameters)
    #expect(plan.costs.writeExplicit == slow.writeExplicit)
    #expect(plan.costs.readExplicit == slow.readExplicit)
    #expect(plan.costs.readText == slow.readText)
  }

  @Test("the range is where a memory is the cheapest", arguments: cases.indices)
  func range(_ index: Int) throws {
    let costs = try plan(index).costs
    for uses in Array(0..<200) + (8...40).map({ 1 << $0 }) {
      let isInside = costs.explicitIsCheapest.map { $0.above < Double(uses) && Double(uses) < $0.below } ?? false
      #expect((costs.cheapest(uses: uses) == .explicitMemory) == isInside, "\(uses) uses")
      let least = KnowledgeStorage.allCases.map { costs.total($0, uses: uses) }.min()
      #expect(costs.total(costs.cheapest(uses: uses), uses: uses) == least)
    }
  }

  @Test("a memory that costs more to read than the text is cheapest for no number of uses")
  func never() throws {
    let shape = try ModelShape(
      layerCount: 4, queryHeadCount: 1, keyValueHeadCount: 1, headDimension: 64, hiddenSize: 1, feedForwardSize: 1,
      vocabularySize: 10)
    var recipe = MemoryRecipe(shape, referenceLength: 100)
    (recipe.memoryLayerCount, recipe.tokensPerHead, recipe.chunkLength) = (4, 100, 10_000)
    let plan = try MemoryPlan(shape, recipe, referenceCount: 1)
    #expect(plan.costs.explicitIsCheapest == nil)
    #expect(plan.text().contains("cheapest for no n"))
    #expect(plan.json()["explicit_is_cheapest"] == .null)
  }

  private func plan(_ index: Int) throws -> MemoryPlan {
    let (numbers, hidden, recipe) = Self.cases[index]
    let shape = try ModelShape(
      layerCount: numbers[0], queryHeadCount: numbers[1], keyValueHeadCount: numbers[2], headDimension: numbers[3],
      hiddenSize: hidden, feedForwardSize: numbers[4], vocabularySize: numbers[5])
    var settings = MemoryRecipe(shape)
    settings.memoryLayerCount = recipe[0]
    settings.tokensPerHead = recipe[1]
    settings.referenceLength = recipe[2]
    settings.chunkLength = recipe[3]
    settings.trainingLength = recipe[4]
    return try MemoryPlan(shape, settings, referenceCount: 7)
  }
}
