import M3JSON
import M3Planning
import Testing

/// The figures that arXiv 2407.01178 prints, as it rounds them.
@Suite("The paper's plan")
struct PaperTests {
  private static func plan() throws -> MemoryPlan {
    try MemoryPlan(.paper, MemoryRecipe(.paper), referenceCount: MemoryRecipe.paperReferenceCount)
  }

  private func size(_ name: String) throws -> CodecSize {
    let plan = try Self.plan()
    return try #require(plan.sizes.first { $0.name == name })
  }

  @Test(
    "bytes of a memory and of the bank",
    arguments: [
      ("dense, 40 heads", 72_089_600, "7.17 PB", "1.00"), ("bf16", 450_560, "45.9 TB", "160"),
      ("memory3, 14 bytes", 39_424, "4.02 TB", "1,830"),
    ])
  func bytes(_ expected: (name: String, reference: Int, bank: String, smaller: String)) throws {
    let size = try size(expected.name)
    #expect(size.vectorByteCount == expected.reference)
    #expect(PlanNumber.bytes(try #require(size.bankVectorByteCount)) == expected.bank)
    #expect(PlanNumber.rounded(72_089_600 / Double(expected.reference)) == expected.smaller)
    let lines = try Self.plan().text().split(separator: "\n")
    let line = try #require(lines.first { $0.hasPrefix(expected.name) })
    #expect(line.contains(" \(PlanNumber.grouped(expected.reference)) "))
    #expect(line.contains(" \(expected.bank) "))
    #expect(line.contains(" \(expected.smaller) x "))
  }

  @Test("a record also says which tokens it keeps")
  func places() throws {
    // A token count of two bytes, a count for each of 22 · 8 heads, a place for each of 22 · 8 · 8 rows.
    #expect(try size("bf16").payloadByteCount == 450_560 + 2 + 176 + 1408)
    #expect(try size("memory3, 14 bytes").payloadByteCount == 39_424 + 2 + 176 + 1408)
    #expect(try size("dense, 40 heads").payloadByteCount == nil)
    #expect(try size("predicted, 8 KB").payloadByteCount == 8192)
    #expect(try size("predicted, 8 KB").vectorByteCount == nil)
  }

  @Test("references: the count that gives the bank's sizes has the paper's tokens too")
  func references() throws {
    #expect(PlanNumber.rounded(Double(try Self.plan().tokenCount)) == "14,300,000,000")
    let fewer = try MemoryPlan(.paper, MemoryRecipe(.paper), referenceCount: 110_000_000)
    #expect(PlanNumber.bytes(try #require(fewer.sizes[0].bankVectorByteCount)) == "7.04 PB")
  }

  @Test("costs in TFLOPs, and the uses for which a memory is the cheapest")
  func costs() throws {
    let costs = try Self.plan().costs
    let all = [costs.writeParameters, costs.writeExplicit, costs.readExplicit, costs.readText]
    #expect(all.map { PlanNumber.rounded(Double($0) / 1e12) } == ["2.24", "0.308", "0.000144", "0.624"])
    let range = try #require(costs.explicitIsCheapest)
    #expect(PlanNumber.rounded(range.above) == "0.494")
    #expect(PlanNumber.rounded(range.below) == "13,400")
    let text = try Self.plan().text()
    for line in [
      "parameters       2.24\n", "explicit memory  0.308 + 0.000144 n\n", "text (RAG)       0.624 n\n",
      "cheapest for 0.494 < n < 13,400.\n",
    ] {
      #expect(text.contains(line))
    }
  }

  @Test("JSON has the same numbers, exact")
  func json() throws {
    let plan = try Self.plan()
    let fields = JSONFields(plan.json(uses: 100), path: "plan")
    #expect(try fields.required("references") == 112_000_000)
    let codecs = try #require(plan.json()["codecs"]?.arrayValue)
    let banks = codecs.map { $0.objectValue?["bank_vector_bytes"]?.integerValue }
    #expect(banks.contains(450_560 * 112_000_000))
    #expect(plan.json()["flops"]?.objectValue?["read_explicit"] == 144_179_200)
    #expect(plan.json(uses: 100)["uses"]?.objectValue?["cheapest"] == "explicit_memory")
    #expect(plan.json()["uses"] == nil)
  }
}
