import M3Bytes
import M3Inference
import M3TestSupport
import Testing

@Suite struct EvaluationItemTests {
  @Test func fields() throws {
    let items = try EvaluationModel.tiny.get().items
    #expect(items.count == 6)
    #expect(
      items[1]
        == EvaluationItem(
          id: "A:Harrow's rule#0", referenceID: "Harrow's rule#0", task: "A", context: " It",
          target: " is no longer taught, but bridges that follow it still stand.", separator: ""))
    #expect(items[3].id == "B:记忆茶#0")
    #expect(items[3].separator == "\n")
  }

  @Test func emptyLinesAndCarriageReturns() throws {
    let folder = try TemporaryFolder()
    let line = #"{"id":"1","reference_id":"r","task":"t","context":"c","target":"x"}"#
    let other = line.replacing("\"1\"", with: "\"2\"")
    let path = try folder.write(Array("\n\(line)\r\n\r\n\(other)".utf8), "items.jsonl")
    #expect(try EvaluationItem.read(path: path).map(\.id) == ["1", "2"])
  }

  /// Ids are bytes: these two are equal as strings.
  @Test func composedAndDecomposedIdsDiffer() throws {
    let folder = try TemporaryFolder()
    let lines = ["\u{E9}", "e\u{301}"].map {
      #"{"id":"\#($0)","reference_id":"r","task":"t","context":"c","target":"x"}"#
    }
    let path = try folder.write(Array(lines.joined(separator: "\n").utf8), "items.jsonl")
    #expect(try EvaluationItem.read(path: path).count == 2)
  }

  /// A second line with one thing wrong.
  static let refusals: [(name: String, line: String, field: String, problem: FormatError.Problem, offset: UInt64)] = [
    ("no id", #"{"reference_id":"r","task":"t","context":"c","target":"x"}"#, "id", .missing("a string"), 0),
    ("no reference", #"{"id":"2","task":"t","context":"c","target":"x"}"#, "reference_id", .missing("a string"), 0),
    ("no task", #"{"id":"2","reference_id":"r","context":"c","target":"x"}"#, "task", .missing("a string"), 0),
    ("no context", #"{"id":"2","reference_id":"r","task":"t","target":"x"}"#, "context", .missing("a string"), 0),
    ("no target", #"{"id":"2","reference_id":"r","task":"t","context":"c"}"#, "target", .missing("a string"), 0),
    (
      "a number for an id", #"{"id":2,"reference_id":"r","task":"t","context":"c","target":"x"}"#, "id",
      .missing("a string"), 0
    ),
    (
      "null for a separator", #"{"id":"2","reference_id":"r","task":"t","context":"c","target":"x","separator":null}"#,
      "separator", .missing("a string"), 0
    ),
    (
      "empty context", #"{"id":"2","reference_id":"r","task":"t","context":"","target":"x"}"#, "context",
      .malformed("empty"), 0
    ),
    (
      "empty target", #"{"id":"2","reference_id":"r","task":"t","context":"c","target":""}"#, "target",
      .malformed("empty"), 0
    ),
    (
      "the same id", #"{"id":"1","reference_id":"q","task":"t","context":"c","target":"x"}"#, "id",
      .duplicate("item 1"), 0
    ),
    ("an array", "[]", "item", .malformed("not an object"), 0),
  ]

  @Test(arguments: refusals.indices)
  func refuses(index: Int) throws {
    let refusal = Self.refusals[index]
    let first = #"{"id":"1","reference_id":"r","task":"t","context":"c","target":"x"}"# + "\n"
    let folder = try TemporaryFolder()
    let path = try folder.write(Array((first + refusal.line + "\n").utf8), "items.jsonl")
    let error = #expect(throws: FormatError.self) { try EvaluationItem.read(path: path) }
    #expect(error?.problem == refusal.problem, "\(refusal.name)")
    #expect(error?.field == refusal.field)
    #expect(error?.file == path)
    #expect(error?.line == 2)
    #expect(error?.byteOffset == UInt64(first.utf8.count) + refusal.offset)
  }

  @Test(arguments: [("{", 1), ("{\"id\":\"2\",}", 10), ("nothing", 1), ("{\"id\":\"2\",\"id\":\"3\"}", 10)])
  func badJSONIsPlacedInTheFile(line: String, offset: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("\n\n\(line)\n".utf8), "items.jsonl")
    let error = #expect(throws: FormatError.self) { try EvaluationItem.read(path: path) }
    #expect(error?.line == 3)
    #expect(error?.byteOffset == UInt64(2 + offset))
  }

  @Test(arguments: ["", "\n", "\r\n\n"])
  func aFileWithoutItemsIsRefused(content: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(content.utf8), "items.jsonl")
    let error = #expect(throws: FormatError.self) { try EvaluationItem.read(path: path) }
    #expect(error?.problem == .missing("evaluation items"))
  }

  @Test func aMissingFileIsSaid() {
    let error = #expect(throws: FileError.self) { try EvaluationItem.read(path: "/nowhere/items.jsonl") }
    #expect(error?.isMissing == true)
  }
}
