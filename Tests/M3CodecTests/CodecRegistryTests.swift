import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3TestSupport
import Testing

@Suite struct CodecRegistryTests {
  struct NoCodebook: Error {}
  let shape = MemoryShape.small()

  @Test func everyNameGivesItsCodec() throws {
    #expect(CodecRegistry.untrainedNames == ["bf16", "int8", "int4", "int3", "int2"])
    #expect(
      CodecRegistry.names.dropFirst(5) == ["pq", "opq", "residual", "memory3", "predicted", "predicted-x2"])
    let statistics = HeadStatistics.neutral(shape)
    for name in CodecRegistry.untrainedNames {
      let codec = try CodecRegistry.codec(description: ["name": .string(name)], shape: shape) { statistics.bytes }
      #expect(codec.name == name)
      #expect(codec.description["name"] == .string(name))
    }
  }

  @Test func codebooksAreReadWhereTheyAreNeeded() throws {
    #expect(throws: Never.self) {
      try CodecRegistry.codec(description: ["name": "bf16"], shape: shape) { throw NoCodebook() }
    }
    #expect(throws: NoCodebook.self) {
      try CodecRegistry.codec(description: ["name": "int4"], shape: shape) { throw NoCodebook() }
    }
    let error = #expect(throws: FormatError.self) {
      try CodecRegistry.codec(description: ["name": "int4"], shape: shape) { [] }
    }
    #expect(error?.problem == .truncated(needed: 8, available: 0))
  }

  static let refusals: [(JSONObject, FormatError.Problem)] = [
    (JSONObject(), .missing("a string")), (["name": 4], .missing("a string")),
    (["name": "int5"], .unsupported(found: "codec int5 (known: \(CodecRegistry.names.joined(separator: ", ")))")),
  ]

  @Test(arguments: refusals)
  func refuses(description: JSONObject, problem: FormatError.Problem) {
    let error = #expect(throws: FormatError.self) {
      try CodecRegistry.codec(description: description, shape: shape) { [] }
    }
    #expect(error?.problem == problem)
    #expect(error?.field == "codec.name")
  }
}
