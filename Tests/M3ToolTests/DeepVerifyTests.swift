import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite("m3-verify --level deep --model")
struct DeepVerifyTests {
  /// Documents of one reference each; several have the same number of tokens, so that their memories can be exchanged.
  private static let texts = [
    "A river is water that flows to the sea.", "A sea is water that flows to the river.",
    "The river is a water that flows to sea.", "Rain feeds it. It cuts valleys into rock.",
    "It feeds rain. It cuts rock into valleys.", "The spring has more water than the autumn.",
    "The autumn has more water than the spring.", "Ships carry bread and wine over the seas.",
    "Bread and wine carry ships over the seas.", "Snow melts; the meadows bloom in May.",
  ]

  /// A workspace with references, and with banks `bf16`, `pq` and so on of the tiny model, and of the other one of its shape.
  private static let made = Result { () throws -> Workspace in
    let workspace = Workspace()
    let documents: [JSONObject] = texts.enumerated().map {
      ["id": .string("text-\($0)"), "text": .string($1)]
    }
    try workspace.write(Corpus.text(documents), "documents.jsonl")
    try workspace.write(otherWeights(), "other.gguf")
    let dense = ["--set", "rule=all"]
    var runs = [
      try workspace.chunk(),
      try workspace.encode(dense), try workspace.encode(dense, to: "others", model: workspace.file("other.gguf")),
      try workspace.encode(dense + ["--set", "bos=<|im_start|>"], to: "started"),
      try workspace.shard(["--codec", "bf16"], to: "bf16"),
      try workspace.shard(["--codec", "bf16"], input: "others", to: "other"),
      try workspace.shard(["--codec", "bf16"], input: "started", to: "start"),
      try workspace.shard(["--codec", "int4"], to: "int4"),
    ]
    for (recipe, memories, name) in [
      (QuantizeRecipe.pq, "memories", "pq"), (.pq, "others", "other-pq"), (.x2, "memories", "predicted"),
    ] {
      runs += [
        try workspace.quantize(recipe, input: memories, to: "\(name)-codes"),
        try workspace.shard(input: "\(name)-codes", to: name),
      ]
    }
    for run in runs { try #require(run.status == 0, "\(run)") }
    return workspace
  }

  /// The tiny model with its two layers exchanged: of the same shape, tokenizer and vocabulary, and another model.
  private static func otherWeights() throws -> [UInt8] {
    var bytes = try ReadableFile.contents(of: Model.tiny, limit: 1 << 20)
    let name = Array("blk.0.".utf8)
    for place in 0..<bytes.count - name.count where bytes[place..<place + 4].elementsEqual(name[..<4]) {
      let digit = bytes[place + 4]
      guard bytes[place + 5] == name[5], (UInt8(ascii: "0")...UInt8(ascii: "1")).contains(digit) else { continue }
      bytes[place + 4] = digit ^ 1
    }
    return bytes
  }

  private static func verify(
    _ bank: String, _ more: [String] = [], model: String = Model.tiny, in workspace: Workspace? = nil
  ) throws -> ToolRun {
    try (workspace ?? made.get()).run(
      .verify, [bank, "--level", "deep", "--model", model, "--progress", "none"] + more)
  }

  /// A changed copy of a bank, under a name of its own in a new workspace.
  private static func forged(_ bank: String, _ change: (inout ForgedBank) throws -> Void) throws -> Workspace {
    var content = try ForgedBank(made.get().file(bank))
    try change(&content)
    let workspace = Workspace()
    try content.write(to: workspace.file("bank"))
    return workspace
  }

  /// Expects a bank that is whole and wrong.
  /// - Returns: ids of records that are named, and kinds of findings.
  @discardableResult
  private func expectWrong(
    _ workspace: Workspace, _ more: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> (ids: Set<String>, kinds: Set<String>) {
    expect(try workspace.run(.verify, ["bank"]), Exit.ok, sourceLocation: sourceLocation)
    let run = try Self.verify("bank", ["--json"] + more, in: workspace)
    expect(run, Exit.badData, sourceLocation: sourceLocation)
    let report = try run.json()
    #expect(report["outcome"] == "wrong", sourceLocation: sourceLocation)
    #expect(report["damage"] == .array([]), sourceLocation: sourceLocation)
    let findings = try #require(report["reencoding"]?.objectValue?["findings"]?.arrayValue)
    let objects = findings.compactMap(\.objectValue)
    return (
      Set(objects.compactMap { $0["id"]?.stringValue }), Set(objects.compactMap { $0["kind"]?.stringValue })
    )
  }

  private static let allIDs = Set(texts.indices.map { "text-\($0)#0" })

  /// Records whose texts have as many tokens as the next one's.
  private static func pairs(_ records: [BankRecord]) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    for first in records.indices {
      for second in records.indices where second > first {
        if records[first].payload[..<2] == records[second].payload[..<2] { pairs.append((first, second)) }
      }
    }
    return pairs
  }

  @Test("a right bank comes out byte for byte", arguments: ["bf16", "int4", "pq", "predicted", "other", "start"])
  func right(_ bank: String) throws {
    let model = try bank == "other" ? Self.made.get().file("other.gguf") : Model.tiny
    let report = try expect(Self.verify(bank, ["--json"], model: model), Exit.ok).json()
    #expect(report["outcome"] == "intact")
    let result = try #require(report["reencoding"]?.objectValue)
    let count = JSONValue.integer(Int64(Self.texts.count))
    #expect(result["sample"] == count && result["identical"] == count)
    #expect(result["findings"] == .array([]))
    #expect(result["wrong"] == 0)
  }

  @Test(
    "by any rule and allocation, in either key space and context",
    arguments: [
      ["rule=reconstruction", "tokens_per_head=2"], ["rule=received", "tokens_per_head=3", "allocation=uniform"],
      ["rule=attention", "layers=[1]", "key_space=after_rotation", "bos=<|endoftext|>Reference:"],
      ["rule=all", "context=document", "document_tokens=128"], ["rule=reconstruction", "context=document"],
    ])
  func recipes(_ settings: [String]) throws {
    let workspace = Workspace()
    // Documents of several references, so that a window holds some of them.
    try workspace.write(Corpus.lines, "documents.jsonl")
    expect(try workspace.chunk(["--max-tokens", "24"]), Exit.ok)
    let set = settings.flatMap { ["--set", $0] }
    expect(try workspace.encode(set), Exit.ok)
    expect(try workspace.shard(["--codec", "bf16"]), Exit.ok)
    let result = try #require(
      expect(Self.verify("bank", ["--json"], in: workspace), Exit.ok).json()["reencoding"]?.objectValue)
    #expect(result["identical"] == result["sample"])
    // The settings that made it are its own, and any other is not.
    expect(try Self.verify("bank", set, in: workspace), Exit.ok)
    expect(
      try Self.verify("bank", set + ["--set", "context_bos=attend"], in: workspace), Exit.badData,
      ["context_bos: \"none\" here, \"attend\" there"])
  }

  @Test("a sample is drawn by the seed, and the report does not depend on the workers")
  func sample() throws {
    let arguments = ["--json", "--sample", "3", "--seed", "5"]
    let one = try expect(Self.verify("bf16", arguments + ["--workers", "1"]), Exit.ok)
    #expect(try one.json()["reencoding"]?.objectValue?["sample"] == 3)
    #expect(try Self.verify("bf16", arguments + ["--workers", "3"]).output == one.output)
  }

  @Test("memories of another model of the same shape, under the name of this one")
  func anotherModel() throws {
    let right = try ForgedBank(Self.made.get().file("bf16"))
    let workspace = try Self.forged("other") { $0.producer = right.producer }
    let (ids, kinds) = try expectWrong(workspace)
    #expect(ids == Self.allIDs && kinds.isSuperset(of: ["bos", "vectors", "head"]))
    // With the right BOS memory beside them.
    let mixed = try Self.forged("other") {
      $0.producer = right.producer
      $0.setFile("bos.m3m", right.files["bos.m3m"]!.bytes)
    }
    let found = try expectWrong(mixed)
    #expect(found.ids == Self.allIDs && found.kinds == ["vectors", "head"])
  }

  @Test("memories under the ids of other references", arguments: ["bf16", "int4", "pq", "predicted"])
  func shuffled(_ bank: String) throws {
    var exchanged: Set<String> = []
    let workspace = try Self.forged(bank) { content in
      let pair = try #require(Self.pairs(content.records).first)
      var payloads = content.records.map(\.payload)
      payloads.swapAt(pair.0, pair.1)
      content.setPayloads(payloads)
      exchanged = [content.records[pair.0].id, content.records[pair.1].id]
    }
    let found = try expectWrong(workspace)
    #expect(found.ids == exchanged)
    #expect(found.kinds.contains("vectors"))
    // All of them in turn: where numbers of tokens differ, that is said.
    let turned = try Self.forged(bank) { content in
      let payloads = content.records.map(\.payload)
      content.setPayloads(Array(payloads.dropFirst() + payloads.prefix(1)))
    }
    #expect(try expectWrong(turned).ids == Self.allIDs)
  }

  @Test("the BOS memory of another model, and one of another text")
  func bos() throws {
    for other in ["other", "start"] {
      let bytes = try ForgedBank(Self.made.get().file(other)).files["bos.m3m"]!.bytes
      let workspace = try Self.forged("bf16") { $0.setFile("bos.m3m", bytes) }
      #expect(try expectWrong(workspace).kinds.contains("bos"))
    }
  }

  @Test("a BOS text that was not read, and one whose tokens are others")
  func bosText() throws {
    let right = try ForgedBank(Self.made.get().file("bf16"))
    let workspace = try Self.forged("start") {
      $0.producer = right.producer
      $0.setFile("bos.m3m", right.files["bos.m3m"]!.bytes)
    }
    #expect(try expectWrong(workspace).kinds.isSuperset(of: ["vectors"]))
    let renamed = try Self.forged("bf16") { $0.producer["bos_text"] = "<|im_start|>" }
    #expect(try expectWrong(renamed).kinds == ["bos"])
    let unknown = try Self.forged("bf16") { $0.producer["bos_text"] = "<|nothing|>" }
    #expect(try expectWrong(unknown).kinds == ["bos"])
  }

  /// Exchanges parts of every memory.
  private static func rearranged(_ change: (inout DensePayload) -> Void) throws -> Workspace {
    try forged("bf16") { content in
      let layers = try #require(content.producer["memory_layers"]?.arrayValue).count
      let heads = Int(try #require(content.producer["key_value_heads"]?.integerValue))
      content.setPayloads(
        content.records.map {
          var payload = DensePayload($0.payload, entryCount: layers * heads)
          change(&payload)
          return payload.bytes
        })
    }
  }

  @Test("another order of layers; keys and values exchanged; one head's values of the next token")
  func rearranged() throws {
    let layers = try Self.rearranged {
      let heads = $0.keys.count / 2
      $0.keys = Array($0.keys[heads...] + $0.keys[..<heads])
      $0.values = Array($0.values[heads...] + $0.values[..<heads])
    }
    #expect(try expectWrong(layers).ids == Self.allIDs)
    let exchanged = try Self.rearranged { ($0.keys, $0.values) = ($0.values, $0.keys) }
    #expect(try expectWrong(exchanged).ids == Self.allIDs)
    let head = try Self.rearranged {
      let size = $0.values[1].count / Int($0.head[0])
      $0.values[1] = Array($0.values[1][size...] + $0.values[1][..<size])
    }
    #expect(try expectWrong(head).kinds.contains("head"))
  }

  @Test("a codebook of another model")
  func codebook() throws {
    let other = try ForgedBank(Self.made.get().file("other-pq"))
    let workspace = try Self.forged("pq") { $0.setFile("codebook.m3c", other.files["codebook.m3c"]!.bytes) }
    let found = try expectWrong(workspace)
    #expect(found.kinds.isSuperset(of: ["codebook", "vectors"]))
    // Memories that were coded with it: what they lose is the codec's, and where it is from is said.
    let coded = try Self.forged("other-pq") {
      let right = try ForgedBank(Self.made.get().file("pq"))
      ($0.producer, $0.files["bos.m3m"]) = (right.producer, right.files["bos.m3m"])
    }
    #expect(try expectWrong(coded).kinds.contains("codebook"))
  }

  @Test("a record whose text is another one")
  func text() throws {
    let workspace = try Self.forged("bf16") { content in
      let record = content.records[3]
      content.records[3] = BankRecord(
        number: record.number, id: record.id, source: record.source, text: record.text + " And more.",
        payload: record.payload)
    }
    let found = try expectWrong(workspace)
    #expect(found.ids == ["text-3#0"] && found.kinds == ["tokens"])
  }

  @Test("a context that was not read: each reference on its own, and in its document as the bank says")
  func context() throws {
    let workspace = Workspace()
    try workspace.write(Corpus.lines, "documents.jsonl")
    expect(try workspace.chunk(["--max-tokens", "24"]), Exit.ok)
    expect(try workspace.encode(["--set", "rule=all"]), Exit.ok)
    expect(try workspace.shard(["--codec", "bf16"], to: "alone"), Exit.ok)
    var content = try ForgedBank(workspace.file("alone"))
    var selection = try #require(content.producer["selection"]?.objectValue)
    selection["context"] = "document"
    selection["document_tokens"] = 2048
    content.producer["selection"] = .object(selection)
    try content.write(to: workspace.file("bank"))
    let found = try expectWrong(workspace)
    #expect(found.kinds.contains("vectors"))
    // The first reference of a document has read nothing but itself.
    #expect(!found.ids.isEmpty && found.ids.allSatisfy { !$0.hasSuffix("#0") }, "\(found.ids)")
  }

  @Test(
    "a recipe that cannot be is refused, not trapped on",
    arguments: [
      ("dense_heads", JSONValue.array([[0, 99]]), "dense_heads"), ("dense_heads", [[-1, 0]], "dense_heads"),
      ("tokens_per_head", -3, "tokens_per_head"), ("rule", "guess", "rule"), ("context", "library", "context"),
      ("context", "document", "document_tokens"),
    ] as [(String, JSONValue, String)])
  func recipe(key: String, value: JSONValue, named: String) throws {
    let workspace = try Self.forged("bf16") { content in
      var selection = content.producer["selection"]!.objectValue!
      if key == "dense_heads" { selection["allocation"] = "heads" }
      selection[key] = value
      content.producer["selection"] = .object(selection)
    }
    expect(try Self.verify("bank", in: workspace), Exit.badData, ["producer.selection.\(named)"])
  }

  @Test("another model than the bank's is refused with the difference, and so is a damaged bank before it is encoded")
  func refused() throws {
    let run = try Self.verify("bf16", model: Model.other)
    expect(run, Exit.badData, ["model_sha256", "here", "there"])
    #expect(run.output.contains("intact"))
    let workspace = Workspace()
    var files = try Self.made.get().snapshot("bf16")
    files["shard-00000.m3s"]![200] ^= 1
    try workspace.restore(files, to: "bank")
    let damaged = try Self.verify("bank", ["--json"], in: workspace)
    expect(damaged, Exit.badData)
    #expect(try damaged.json()["reencoding"] == nil)
    expect(try Self.made.get().run(.verify, ["bf16", "--model", Model.tiny]), Exit.usage, ["--level deep"])
    expect(try Self.verify("bf16", ["--set", "nothing=1"]), Exit.usage, ["nothing"])
    expect(try Self.verify("bf16", ["--sample", "0"]), Exit.usage, ["--sample"])
  }

  @Test("rotary factors that the model does not have are refused")
  func rotaryFactors() throws {
    let workspace = try Self.forged("bf16") { content in
      let half = Int(content.producer["head_dimension"]!.integerValue!) / 2
      content.producer["rotary_factors"] = .array(Array(repeating: "2.0", count: half))
    }
    expect(try Self.verify("bank", in: workspace), Exit.badData, ["rotary_factors"])
  }
}
