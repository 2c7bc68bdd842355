import M3Bytes
import M3JSON
import Testing

@Suite("m3-quantize")
struct QuantizeTests {
  @Test("memories are coded, packed, verified and read", arguments: QuantizeRecipe.all)
  func coded(_ recipe: QuantizeRecipe) throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    let run = expect(try workspace.quantize(recipe), Exit.ok)
    #expect(run.output.contains("bytes a reference"))
    let before = try workspace.snapshot("codes")
    expect(try workspace.quantize(recipe), Exit.ok, ["nothing to do: 1 of 1 tasks are done"])
    #expect(try workspace.snapshot("codes") == before)
    try expectBalanced(workspace.json("codes/report.json"))

    expect(try workspace.shard(input: "codes"), Exit.ok)
    let verified = try expect(workspace.run(.verify, ["bank", "--level", "deep", "--json"]), Exit.ok).json()
    #expect(verified["outcome"] == "intact")
    for id in SharedBank.ids {
      let get = ["get", "bank", id, "--json"]
      let stored = try expect(workspace.run(.read, get), Exit.ok).json()
      let decoded = try expect(workspace.run(.read, get + ["--model", Model.tiny]), Exit.ok).json()
      for key in ["text", "token_count", "bytes"] {
        #expect(stored[key] != nil && stored[key] == decoded[key], "\(key)")
      }
      let tokens = try #require(decoded["token_count"])
      #expect(decoded["kept"] == ["0": [tokens, tokens], "1": [tokens, tokens]])
    }
    try workspace.write(SharedBank.items, "items.jsonl")
    let evaluate = ["evaluate", "bank", "--model", Model.tiny, "--items", "items.jsonl", "--json"]
    let result = try expect(workspace.run(.read, evaluate), Exit.ok).json()
    #expect(result["items"] == .integer(Int64(SharedBank.ids.count)))
  }

  @Test("the mean of a predicted codec's memories is the budget", arguments: QuantizeRecipe.predicted)
  func budget(_ recipe: QuantizeRecipe) throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    expect(try workspace.quantize(recipe), Exit.ok)
    let report = try workspace.codingReport(recipe)
    let mean = try #require(report["bytes_per_reference"]?.doubleValue)
    #expect(abs(mean - Double(QuantizeRecipe.budget)) < 0.02 * Double(QuantizeRecipe.budget))
    let account = try workspace.json("codes/report.json")
    let (bytes, count) = (account["totals"]?.objectValue?["payload_bytes"]?.integerValue, account["kept"]?.integerValue)
    #expect(Double(try #require(bytes)) / Double(try #require(count)) == mean)
  }

  @Test("a report has the errors of every block", arguments: QuantizeRecipe.all)
  func report(_ recipe: QuantizeRecipe) throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    expect(try workspace.quantize(recipe), Exit.ok)
    let report = try workspace.codingReport(recipe)
    #expect(report["codec"]?.objectValue?["name"] == .string(recipe.codec))
    let errors = try #require(report["relative_errors"]?.objectValue)
    // A codec of few bytes loses much of a random model's memories, and nothing is lost twice.
    let largest = recipe.codec == "int4" ? 0.05 : 1.05
    for part in ["keys", "values"] {
      let errors = try #require(errors[part]?.arrayValue).compactMap(\.doubleValue)
      #expect(errors.count == 4)
      #expect(errors.allSatisfy { $0 > 0 && $0 < largest }, "\(part) \(errors)")
    }
    let sizes = try ["bytes_per_reference", "largest_bytes"].map { try #require(report[$0]?.doubleValue) }
    #expect(sizes[0] > 0 && sizes[0] <= sizes[1])
    let text = try workspace.run(.quantize, QuantizeRecipe.reading + recipe.model)
    expect(text, Exit.ok)
    #expect(text.output.contains("layer  keys by head | values by head\n    0  "))
  }

  @Test(
    "a codebook that was trained before gives the codes that training there gives", arguments: [QuantizeRecipe.x2, .pq])
  func codebook(_ recipe: QuantizeRecipe) throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    expect(try workspace.quantize(recipe, ["--workers", "1"]), Exit.ok)
    let train =
      QuantizeRecipe.input + ["--output", "book.m3c", "--codec", recipe.codec] + recipe.settings + recipe.model
    expect(try workspace.run(.quantize, ["train"] + train + ["--workers", "2"]), Exit.ok)
    #expect(try workspace.read("book.m3c") == workspace.read("codes/codebook.m3c"))
    for workers in ["1", "2"] {
      let more = ["--codebook", "book.m3c", "--workers", workers]
      expect(try workspace.quantize(recipe, more, to: workers), Exit.ok)
      for file in ["part-00000.codes.lz4", "survey-00000.m3s", "codec.json", "codebook.m3c"] {
        #expect(try workspace.read("\(workers)/\(file)") == workspace.read("codes/\(file)"), "\(file)")
      }
    }
    #expect(try workspace.snapshot("1") == workspace.snapshot("2"))
    // It is named by its hash: another one makes another plan.
    try workspace.write(try workspace.read("book.m3c") + [0], "other.m3c")
    expect(
      try workspace.quantize(recipe, ["--codebook", "other.m3c"], to: "1"), Exit.badData, ["codebook_sha256"])
    expect(try workspace.quantize(recipe, ["--codebook", "other.m3c"], to: "new"), Exit.badData, ["other.m3c"])
  }

  @Test("a codebook of another model is refused, and the model is named", arguments: [QuantizeRecipe.x2, .pq])
  func foreignCodebook(_ recipe: QuantizeRecipe) throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    expect(try workspace.encode(to: "others", model: Model.other), Exit.ok)
    let model = recipe.isPredicted ? ["--model", Model.other] : []
    expect(
      try workspace.run(
        .quantize,
        ["train", "--input", "others", "--references", "references", "--output", "other.m3c", "--codec", recipe.codec]
          + recipe.settings + model), Exit.ok)
    let digests = try [Model.tiny, Model.other].map { try SHA256Digest.ofFile($0).description }
    expect(
      try workspace.quantize(recipe, ["--codebook", "other.m3c"]), Exit.badData,
      ["other.m3c", "model_sha256"] + digests)
    #expect(try FilePaths.kind(workspace.file("codes/codec.json")) == nil)
    // The model is refused itself where it did not make the memories.
    if recipe.isPredicted {
      let arguments = QuantizeRecipe.input + ["--output", "new", "--model", Model.other, "--codec", recipe.codec]
      expect(try workspace.run(.quantize, arguments + recipe.settings), Exit.badData, ["model_sha256"] + digests)
    }
  }

  @Test("a codebook of another codec, and a file that is none")
  func otherCodebooks() throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    expect(try workspace.quantize(.pq), Exit.ok)
    let book = ["--codebook", "codes/codebook.m3c"]
    expect(
      try workspace.quantize(QuantizeRecipe("opq"), book, to: "new"), Exit.badData, ["a codebook of opq", "pq"])
    expect(
      try workspace.quantize(QuantizeRecipe("int4"), book, to: "int4"), Exit.badData, ["a codebook of int4", "pq"])
    expect(try workspace.quantize(.x2, book, to: "x2"), Exit.badData, ["a codebook of predicted-x2", "pq"])
    let none = ["--codebook", "memories/plan.json"]
    expect(try workspace.quantize(.pq, none, to: "none"), Exit.badData, ["memories/plan.json"])
    expect(try workspace.quantize(.pq, ["--codebook", "nowhere"], to: "nothing"), Exit.missing, ["nowhere"])
  }

  @Test("what cannot be coded as it was asked is refused before there are codes")
  func refused() throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    // The tiny model's memories do not hold so much.
    let much = ["--bytes-per-reference", "16384"]
    expect(try workspace.quantize(.x2, much, to: "much"), Exit.badData, ["16384 bytes", "cannot be filled"])
    #expect(try FilePaths.kind(workspace.file("much/codec.json")) == nil)
    let components = QuantizeRecipe("predicted-x2", ["directions=32", "components=33", "rank=8"])
    expect(try workspace.quantize(components, to: "new"), Exit.usage, ["quantize.components", "1 to 32"])
    let long = QuantizeRecipe("pq", ["code_bytes=40", "code_bits=4"])
    expect(try workspace.quantize(long, to: "long"), Exit.badData, ["code_bytes", "1 to 16 codes"])
    let arguments = QuantizeRecipe.input + ["--output", "new", "--codec"]
    expect(try workspace.run(.quantize, arguments + ["predicted"]), Exit.usage, ["--model is wanted"])
    expect(try workspace.run(.quantize, arguments + ["zip"]), Exit.usage, ["quantize.codec", "predicted-x2"])
    #expect(try FilePaths.kind(workspace.file("new")) == nil)
  }

  @Test("predicted codecs take memories of all tokens, before rotation", arguments: QuantizeRecipe.predicted)
  func sparseMemories(_ recipe: QuantizeRecipe) throws {
    let workspace = try SharedBank.copy(["references"])
    expect(try workspace.encode(["--set", "rule=reconstruction"]), Exit.ok)
    expect(try workspace.quantize(recipe), Exit.badData, ["memories of chosen tokens", "rule: all"])
    expect(try workspace.encode(["--set", "key_space=after_rotation"], to: "rotated"), Exit.ok)
    expect(try workspace.quantize(recipe, input: "rotated", to: "new"), Exit.badData, ["after_rotation"])
    // Others take them.
    expect(try workspace.quantize(.pq, to: "sparse"), Exit.ok)
  }

  @Test("what is coded is neither coded again nor given another codec")
  func codedAlready() throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    expect(try workspace.quantize(.pq), Exit.ok)
    expect(try workspace.quantize(.pq, input: "codes", to: "new"), Exit.usage, ["codes: coded already"])
    let train = ["train", "--input", "codes", "--references", "references", "--output", "book.m3c", "--codec", "pq"]
    expect(try workspace.run(.quantize, train), Exit.usage, ["codes: coded already"])
    expect(try workspace.shard(["--codec", "int4"], input: "codes"), Exit.usage, ["--codec is for raw memories"])
    for name in ["new", "bank", "book.m3c"] { #expect(try FilePaths.kind(workspace.file(name)) == nil) }
  }

  @Test("a damaged codebook is found", arguments: [QuantizeRecipe.x2, .pq])
  func damagedCodebook(_ recipe: QuantizeRecipe) throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    expect(try workspace.quantize(recipe), Exit.ok)
    expect(try workspace.shard(input: "codes"), Exit.ok)
    for (name, run) in [
      ("bank", { try workspace.run(.verify, ["bank"]) }), ("codes", { try workspace.shard(input: "codes", to: "new") }),
    ] as [(String, () throws -> ToolRun)] {
      let bytes = try workspace.read("\(name)/codebook.m3c")
      for place in stride(from: 0, to: bytes.count, by: bytes.count / 7 + 1) {
        var damaged = bytes
        damaged[place] ^= 4
        try workspace.write(damaged, "\(name)/codebook.m3c")
        expect(try run(), Exit.badData, ["codebook.m3c"])
      }
      try workspace.write(bytes, "\(name)/codebook.m3c")
      expect(try run(), Exit.ok)
    }
  }
}
