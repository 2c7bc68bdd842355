extension MemoryPlan {
  /// Budgets that predicted codecs are shown at: mean bytes of a record.
  static let budgets = [4096, 8192, 16_384, 32_768]

  /// The forms that a memory may have, from the largest.
  /// - Throws: ``PlanError`` `tooLarge`.
  static func sizes(
    _ shape: ModelShape, _ recipe: MemoryRecipe, referenceCount: Int
  ) throws(PlanError) -> [CodecSize] {
    let dimension = shape.headDimension
    let whole = Selection(
      entryCount: CheckedCount(shape.layerCount) * CheckedCount(shape.keyValueHeadCount),
      tokensPerEntry: recipe.referenceLength, referenceLength: recipe.referenceLength)
    let sparse = Selection(
      entryCount: CheckedCount(recipe.memoryLayerCount) * CheckedCount(shape.keyValueHeadCount),
      tokensPerEntry: recipe.tokensPerHead, referenceLength: recipe.referenceLength)
    var sizes: [CodecSize] = []
    if shape.queryHeadCount > shape.keyValueHeadCount {
      // What the paper compares with: keys and values for each query head. No bank has that form.
      let all = Selection(
        entryCount: CheckedCount(shape.layerCount) * CheckedCount(shape.queryHeadCount),
        tokensPerEntry: recipe.referenceLength, referenceLength: recipe.referenceLength)
      sizes.append(
        try CodecSize(
          name: "dense, \(shape.queryHeadCount) heads", vectors: all.vectors(of: 2 * CheckedCount(dimension)),
          places: nil, referenceCount: referenceCount))
    }
    sizes.append(
      try CodecSize(
        name: "dense, \(shape.keyValueHeadCount) heads", vectors: whole.vectors(of: 2 * CheckedCount(dimension)),
        places: whole.places, referenceCount: referenceCount))
    for format in VectorFormat.all(vectorSize: recipe.vectorSize) {
      guard let size = format.size(dimension: dimension) else { continue }
      sizes.append(
        try CodecSize(
          name: format.name, vectors: sparse.vectors(of: size), places: sparse.places, referenceCount: referenceCount))
    }
    for budget in budgets.reversed() {
      sizes.append(
        try CodecSize(
          name: "predicted, \(budget / 1024) KB", vectors: nil, places: CheckedCount(budget),
          referenceCount: referenceCount))
    }
    return sizes
  }
}

/// Which rows a memory keeps: so many tokens of so many entries, an entry being a layer's key-value head.
private struct Selection {
  let entryCount: CheckedCount
  let rowCount: CheckedCount
  /// Bytes of a count or a place: two where the reference has more than 255 tokens.
  let placeSize: CheckedCount

  init(entryCount: CheckedCount, tokensPerEntry: Int, referenceLength: Int) {
    self.entryCount = entryCount
    rowCount = entryCount * CheckedCount(tokensPerEntry)
    placeSize = referenceLength <= 255 ? 1 : 2
  }

  /// A key and a value a row.
  func vectors(of size: CheckedCount) -> CheckedCount { 2 * rowCount * size }

  /// The token count, a count an entry, a place a row.
  var places: CheckedCount { 2 + placeSize * (entryCount + rowCount) }
}
