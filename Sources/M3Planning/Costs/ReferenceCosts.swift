/// What it costs to know a reference, by where it is kept: floating-point operations, a multiply-add counted as two
/// (App. A).
///
/// Written once and used n times, a reference costs ``writeParameters`` in the weights, ``writeExplicit`` +
/// n · ``readExplicit`` as a memory, and n · ``readText`` as text in the context. <doc:Costs> has the formulas.
public struct ReferenceCosts: Sendable, Equatable {
  /// Training the model on the reference once: a lower bound of what learning it takes.
  public let writeParameters: Int
  /// Encoding the reference and choosing its tokens.
  public let writeExplicit: Int
  /// A chunk's attention to the memory.
  public let readExplicit: Int
  /// Encoding the reference before a chunk, and the chunk's attention to it.
  public let readText: Int

  /// - Throws: ``PlanError`` `tooLarge`.
  init(_ shape: ModelShape, _ recipe: MemoryRecipe) throws(PlanError) {
    let (L, d) = (CheckedCount(shape.layerCount), CheckedCount(shape.hiddenSize))
    let queries = CheckedCount(shape.queryHeadCount) * CheckedCount(shape.headDimension)
    let keyValues = CheckedCount(shape.keyValueHeadCount) * CheckedCount(shape.headDimension)
    let memoryLayers = CheckedCount(recipe.memoryLayerCount)
    let reference = CheckedCount(recipe.referenceLength)
    let chunk = CheckedCount(recipe.chunkLength)
    // Multiply-adds of a token in a layer: queries and output, keys and values; gate, up and down.
    let attention = 2 * d * queries + 2 * d * keyValues
    let feedForward = 3 * d * CheckedCount(shape.feedForwardSize)

    // Forward and backward are three times forward. A token attends to half of the sequence, as a mean.
    let layer = reference * (attention + feedForward) + reference * CheckedCount(recipe.trainingLength) * queries
    let output = reference * CheckedCount(shape.vocabularySize) * d
    writeParameters = try (6 * (L * layer + output)).value(of: "cost of writing parameters")

    // Hidden states are dropped behind the attention of the last memory layer. Tokens are chosen by all queries with all
    // keys, without a mask.
    let encoding = memoryLayers * (reference * attention + reference * reference * queries)
    let feeding = CheckedCount(recipe.memoryLayerCount - 1) * reference * feedForward
    let choosing = memoryLayers * reference * reference * queries
    writeExplicit = try (2 * (encoding + feeding + choosing)).value(of: "cost of writing a memory")

    readExplicit = try (4 * memoryLayers * chunk * CheckedCount(recipe.tokensPerHead) * queries)
      .value(of: "cost of reading a memory")

    let reading = L * (reference * attention + reference * (reference + 2 * chunk) * queries)
    let passing = CheckedCount(shape.layerCount - 1) * reference * feedForward
    readText = try (2 * (reading + passing)).value(of: "cost of reading text")
  }

  /// Costs of a reference that is used n times.
  public func total(_ storage: KnowledgeStorage, uses: Int) -> Double {
    switch storage {
    case .parameters: Double(writeParameters)
    case .explicitMemory: Double(writeExplicit) + Double(readExplicit) * Double(uses)
    case .text: Double(readText) * Double(uses)
    }
  }

  /// Where a reference that is used n times is kept cheapest; of equal ones the first.
  public func cheapest(uses: Int) -> KnowledgeStorage {
    KnowledgeStorage.allCases.min { total($0, uses: uses) < total($1, uses: uses) } ?? .text
  }

  /// The uses n, both ends left out, for which explicit memory is cheaper than parameters and than text; nil where there
  /// are none.
  public var explicitIsCheapest: (above: Double, below: Double)? {
    guard readText > readExplicit, writeParameters > writeExplicit, readExplicit > 0 else { return nil }
    let above = Double(writeExplicit) / Double(readText - readExplicit)
    let below = Double(writeParameters - writeExplicit) / Double(readExplicit)
    return above < below ? (above, below) : nil
  }
}
