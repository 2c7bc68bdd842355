import M3JSON
import Testing

/// A codec and settings that memories of the tiny model can fill.
struct QuantizeRecipe: Sendable, CustomTestStringConvertible {
  let codec: String
  let settings: [String]

  init(_ codec: String, _ settings: [String] = []) {
    self.codec = codec
    self.settings = settings.flatMap { ["--set", $0] }
  }

  var testDescription: String { codec }
  var isPredicted: Bool { codec.hasPrefix("predicted") }
  /// Only predicted codecs read a model.
  var model: [String] { isPredicted ? ["--model", Model.tiny] : [] }

  /// Bytes of a memory, as a mean, of predicted codecs.
  static let budget = 200
  private static let small = ["directions=32", "components=16", "rank=8", "bytes_per_reference=\(budget)"]
  private static let short = ["code_bytes=2", "code_bits=4"]

  static let x2 = QuantizeRecipe("predicted-x2", small)
  static let pq = QuantizeRecipe("pq", short)
  static let predicted = [x2, QuantizeRecipe("predicted", small)]
  static let all =
    predicted + [
      pq, QuantizeRecipe("opq", short), QuantizeRecipe("residual", short), QuantizeRecipe("int4"),
      QuantizeRecipe("int2"),
    ]

  /// What m3-quantize reads in a workspace.
  static let input = ["--input", "memories", "--references", "references"]
  static let reading = ["report"] + input + ["--codes", "codes"]
}

extension Workspace {
  /// Memories to codes.
  func quantize(
    _ recipe: QuantizeRecipe, _ more: [String] = [], input: String = "memories", to output: String = "codes"
  ) throws -> ToolRun {
    try quantize(recipe.settings + recipe.model + more, input: input, to: output, codec: recipe.codec)
  }

  /// What `m3-quantize report` says of its codes.
  func codingReport(_ recipe: QuantizeRecipe) throws -> JSONObject {
    try expect(run(.quantize, QuantizeRecipe.reading + ["--json"] + recipe.model), Exit.ok).json()
  }
}
