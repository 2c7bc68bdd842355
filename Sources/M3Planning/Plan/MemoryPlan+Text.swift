extension MemoryPlan {
  /// The plan as lines for people: shape, a table of sizes, costs.
  /// - Parameter uses: a number of uses to compare costs at.
  public func text(uses: Int? = nil) -> String {
    let number = PlanNumber.grouped
    var lines = [
      "model       \(number(shape.layerCount)) layers, \(number(shape.queryHeadCount)) query heads, "
        + "\(number(shape.keyValueHeadCount)) key-value heads of \(number(shape.headDimension)), hidden size "
        + "\(number(shape.hiddenSize)), feed-forward \(number(shape.feedForwardSize)), vocabulary "
        + number(shape.vocabularySize),
      "memory      \(number(recipe.memoryLayerCount)) layers, \(number(recipe.tokensPerHead)) tokens a head, "
        + "references of \(number(recipe.referenceLength)) tokens",
      "references  \(number(referenceCount)): \(number(tokenCount)) tokens, \(PlanNumber.bytes(textByteCount)) of text",
      "",
    ]
    lines += aligned([Self.head] + sizes.map(cells))
    lines += ["", Self.remark, ""]
    lines += costLines(uses: uses)
    return lines.joined(separator: "\n") + "\n"
  }

  private static let head = [
    "bytes", "vectors", "with places", "smaller", "all vectors", "with places", "and texts",
  ]
  private static let remark = """
    vectors      keys and values of a reference alone, as the paper counts
    with places  a bank's record: it also says which tokens it keeps
    smaller      than the first line
    predicted    codes the vectors of all tokens together, to a mean size
    1 KB is 1024 bytes, 1 MB is 1024 KB, and so on to PB.
    """

  private func cells(_ size: CodecSize) -> [String] {
    func bytes(_ count: Int?) -> String { count.map(PlanNumber.bytes) ?? "-" }
    func exact(_ count: Int?) -> String { count.map(PlanNumber.grouped) ?? "-" }
    let count = size.vectorByteCount ?? size.payloadByteCount
    let smaller = count.map { PlanNumber.rounded(Double(denseByteCount) / Double($0)) + " x" }
    // Beyond the range of a sum there is nothing to print exactly, and three digits are enough.
    let withTexts = size.bankPayloadByteCount.map { $0.addingReportingOverflow(textByteCount) }
    return [
      size.name, exact(size.vectorByteCount), exact(size.payloadByteCount), smaller ?? "-",
      bytes(size.bankVectorByteCount), bytes(size.bankPayloadByteCount),
      bytes(withTexts.map { $0.overflow ? .max : $0.partialValue }),
    ]
  }

  private func costLines(uses: Int?) -> [String] {
    func tera(_ operations: Double) -> String { PlanNumber.rounded(operations / 1e12) }
    var lines = [
      "TFLOPs of a reference that is used n times; a multiply-add counts twice:",
      "parameters       \(tera(Double(costs.writeParameters)))",
      "explicit memory  \(tera(Double(costs.writeExplicit))) + \(tera(Double(costs.readExplicit))) n",
      "text (RAG)       \(tera(Double(costs.readText))) n",
    ]
    if let range = costs.explicitIsCheapest {
      lines.append(
        "Explicit memory is cheapest for \(PlanNumber.rounded(range.above)) < n < \(PlanNumber.rounded(range.below)).")
    } else {
      lines.append("Explicit memory is cheapest for no n.")
    }
    if let uses {
      let totals = KnowledgeStorage.allCases.map { "\($0.title) \(tera(costs.total($0, uses: uses)))" }
      lines.append(
        "At n = \(PlanNumber.grouped(uses)): \(totals.joined(separator: ", ")); cheapest: "
          + "\(costs.cheapest(uses: uses).title).")
    }
    return lines
  }

  /// The first column begins at the left, the others end at the right; two spaces between.
  private func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.utf8.count)
        return column == 0 ? cell.0 + space : "  " + space + cell.0
      }.joined()
    }
  }
}
