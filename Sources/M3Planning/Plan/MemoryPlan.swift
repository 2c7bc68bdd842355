/// Sizes and costs of a bank before it is built.
public struct MemoryPlan: Sendable, Equatable {
  public let shape: ModelShape
  public let recipe: MemoryRecipe
  public let referenceCount: Int
  /// Forms of a memory, from the largest.
  public let sizes: [CodecSize]
  public let costs: ReferenceCosts
  /// Tokens of all references.
  public let tokenCount: Int
  /// Bytes of all references' texts, which every bank holds besides its memories.
  public let textByteCount: Int

  /// - Throws: ``PlanError`` for numbers that make no plan, and for results beyond 2⁶³ − 1.
  public init(_ shape: ModelShape, _ recipe: MemoryRecipe, referenceCount: Int) throws(PlanError) {
    try recipe.require(fitting: shape)
    try PlanError.require(referenceCount, 1...Int.max, "references")
    self.shape = shape
    self.recipe = recipe
    self.referenceCount = referenceCount
    sizes = try Self.sizes(shape, recipe, referenceCount: referenceCount)
    costs = try ReferenceCosts(shape, recipe)
    let references = CheckedCount(referenceCount)
    tokenCount = try (references * CheckedCount(recipe.referenceLength)).value(of: "tokens")
    textByteCount = try (references * CheckedCount(recipe.textSize)).value(of: "bytes of text")
  }

  /// Bytes of the vectors of the largest form.
  var denseByteCount: Int { sizes.first?.vectorByteCount ?? 0 }
}
