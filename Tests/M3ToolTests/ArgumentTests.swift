import Glibc
import M3Bytes
import Testing

@Suite("Arguments, settings and files that are not what they should be")
struct ArgumentTests {
  struct Call: Sendable, CustomTestStringConvertible {
    let tool: Tool
    let arguments: [String]
    let status: Int32
    let mentioned: [String]
    var testDescription: String { "\(tool.rawValue) \(arguments.joined(separator: " "))" }

    init(_ tool: Tool, _ arguments: String, _ status: Int32, _ mentioned: String...) {
      self.tool = tool
      self.arguments = arguments.split(separator: " ").map {
        switch $0 {
        case "MODEL": Model.tiny
        case "OTHER": Model.other
        case "EMPTY": ""
        default: String($0)
        }
      }
      self.status = status
      self.mentioned = mentioned
    }
  }

  private static let chunk = "--input documents.jsonl --output new --model MODEL"
  private static let encode = "--input references --output new --model MODEL"
  private static let shard = "--input memories --references references --output new"
  private static let generate = "generate bank --model MODEL --prompt river"
  private static let evaluate = "evaluate bank --model MODEL --items items.jsonl"

  static let usage = [
    Call(.chunk, "\(chunk) --unknown", 64, "--unknown"),
    Call(.encode, "\(encode) --unknown", 64, "--unknown"),
    Call(.shard, "\(shard) --unknown", 64, "--unknown"),
    Call(.verify, "bank --unknown", 64, "--unknown"),
    Call(.read, "info bank --unknown", 64, "--unknown"),
    Call(.bench, "prefill --model MODEL --unknown", 64, "--unknown"),
    Call(.chunk, "--output new --model MODEL", 64, "--input"),
    Call(.encode, "--input references --output new", 64, "--model"),
    Call(.read, "get bank", 64, "<id>"),
    Call(.read, "search bank", 64),
    Call(.chunk, "\(chunk) --workers 0", 64, "--workers"),
    Call(.chunk, "\(chunk) --workers many", 64, "--workers"),
    Call(.chunk, "\(chunk) --on-bad-input skip", 64, "--on-bad-input"),
    Call(.chunk, "\(chunk) --max-tokens 7", 64, "chunk.max_tokens", "8 to 4096"),
    Call(.chunk, "\(chunk) --set max_tokens=99999999999999999999", 64, "chunk.max_tokens"),
    Call(.chunk, "\(chunk) --set max_token=9", 64, "chunk.max_token", "did you mean max_tokens?"),
    Call(.chunk, "\(chunk) --set max_tokens", 64, "key=value"),
    Call(.chunk, "\(chunk) --set text_field=id", 64, "text_field"),
    Call(.encode, "\(encode) --set tokens_per_heat=9", 64, "encode.tokens_per_heat", "did you mean tokens_per_head?"),
    Call(.encode, "\(encode) --set rule=best", 64, "encode.rule", "attention_exp"),
    Call(.encode, "\(encode) --set layers=2", 64, "encode.layers", "0 to 1"),
    Call(.encode, "\(encode) --set layers=1-99999999999", 64, "encode.layers"),
    Call(.encode, "\(encode) --set bos=<|nothing|>Reference:", 64, "<|nothing|>Reference:: no control token"),
    Call(.encode, "\(encode) --set bos=\(String(repeating: "text.", count: 200))", 64, "the BOS text has", "511"),
    Call(.encode, "\(encode) --kernel abacus", 64, "abacus"),
    Call(.encode, "\(encode) --set kernel=abacus", 64, "abacus"),
    Call(.shard, "\(shard) --codec int5", 64, "int5", "bf16"),
    Call(.shard, "\(shard) --set compression_level=20", 64, "shard.compression_level"),
    Call(.shard, "\(shard) --config malformed.yaml", 64, "malformed.yaml"),
    Call(.encode, "\(encode) --config list.yaml", 64, "list.yaml"),
    Call(.chunk, "\(chunk) --config section.yaml", 64, "chnk", "did you mean chunk?"),
    Call(.read, "generate bank --model MODEL --prompt EMPTY", 64, "--prompt is empty"),
    Call(.read, "\(generate) --as image", 64, "--as"),
    Call(.read, "\(generate) --max-tokens 0", 64, "--max-tokens"),
    Call(.read, "\(generate) --kernel abacus", 64, "abacus"),
    Call(.read, "\(evaluate) --modes none,image", 64, "image"),
    Call(.read, "\(evaluate) --modes EMPTY", 64, "--modes"),
    Call(.read, "\(evaluate) --distractors 60", 64, "60 distractors"),
    Call(.read, "\(evaluate) --distractors -1", 64, "--distractors"),
    Call(.verify, "bank --level most", 64, "--level"),
    Call(.verify, "bank --root abc", 64, "--root"),
    Call(.bench, "prefill --model MODEL --batch 99999999999", 64, "--batch"),
    Call(.bench, "prefill --model MODEL --kernel abacus", 64, "abacus"),
  ]

  static let missing = [
    Call(.chunk, "--input nowhere --output new --model MODEL", 66, "nowhere"),
    Call(.chunk, "--input hollow --output new --model MODEL", 66, "hollow"),
    Call(.chunk, "--input documents.jsonl --output new --model nowhere.gguf", 66, "nowhere.gguf"),
    Call(.chunk, "\(chunk) --config nowhere.yaml", 66, "nowhere.yaml"),
    Call(.encode, "--input nowhere --output new --model MODEL", 66, "nowhere"),
    Call(.encode, "--input hollow --output new --model MODEL", 66, "hollow"),
    Call(.shard, "--input nowhere --references references --output new", 66, "nowhere"),
    Call(.shard, "--input memories --references nowhere --output new", 66, "nowhere"),
    Call(.shard, "--input memories --references memories --output new", 66, "memories"),
    Call(.encode, "--input memories --output new --model MODEL", 66, "memories"),
    Call(.verify, "nowhere", 66, "nowhere"),
    Call(.verify, "documents.jsonl", 66, "documents.jsonl"),
    Call(.read, "info nowhere", 66, "nowhere"),
    Call(.read, "info documents.jsonl", 66, "documents.jsonl"),
    Call(.read, "generate bank --model nowhere.gguf --prompt river", 66, "nowhere.gguf"),
    Call(.read, "evaluate bank --model MODEL --items nowhere.jsonl", 66, "nowhere.jsonl"),
    Call(.bench, "prefill --model nowhere.gguf", 66, "nowhere.gguf"),
  ]

  /// A record that a bank does not have is asked of data: 65, as a script that reads ids from a file wants it.
  static let badData = [
    Call(.chunk, "--input documents.jsonl --output new --model documents.jsonl", 65, "documents.jsonl", "magic"),
    Call(.encode, "--input references --output new --model empty.gguf", 65, "empty.gguf"),
    Call(.chunk, "--input picture.png --output new --model MODEL", 65, "picture.png"),
    Call(.chunk, "--input documents.jsonl documents.jsonl --output new --model MODEL", 65, "documents.jsonl"),
    Call(.encode, "--input documents.jsonl --output new --model MODEL", 65, "documents.jsonl", "line 1"),
    Call(
      .encode, "\(encode) --set rule=reconstruction --set repeat_prompt=\(String(repeating: "again.", count: 200))", 65,
      "positions", "512"),
    Call(.read, "get bank nobody#0", 65, "nobody#0"),
    Call(.read, "\(generate) --memory nobody#0", 65, "nobody#0"),
    Call(.read, "generate bank --model OTHER --prompt river", 65, "not the model that made bank", "model"),
    Call(.read, "evaluate bank --model OTHER --items items.jsonl", 65, "not the model that made bank"),
    Call(.read, "evaluate bank --model MODEL --items unknown.jsonl --modes memory", 65, "nobody#0"),
    Call(.read, "evaluate bank --model MODEL --items malformed.jsonl", 65, "malformed.jsonl, line 2"),
    Call(.read, "evaluate bank --model MODEL --items twice.jsonl", 65, "twice.jsonl, line 2", "duplicate"),
    Call(.read, "evaluate bank --model MODEL --items hollow.jsonl", 65, "hollow.jsonl"),
    Call(.read, "generate bank --model MODEL --prompt \(String(repeating: "river.", count: 300))", 65, "512"),
    Call(.bench, "prefill --model documents.jsonl", 65, "documents.jsonl"),
    Call(.verify, "references", 65),
  ]

  static let cannotCreate = [
    Call(.chunk, "--input documents.jsonl --output documents.jsonl --model MODEL", 73, "documents.jsonl"),
    Call(.chunk, "--input documents.jsonl --output documents.jsonl/under --model MODEL", 73, "documents.jsonl"),
    Call(.chunk, "--input documents.jsonl --output /proc/m3/new --model MODEL", 73, "/proc/m3"),
    Call(.encode, "--input references --output documents.jsonl --model MODEL", 73, "documents.jsonl"),
    Call(.shard, "--input memories --references references --output documents.jsonl", 73, "documents.jsonl"),
  ]

  private static let prepared = Result { () throws -> Workspace in
    let workspace = try SharedBank.copy(["references", "memories", "bank"])
    try FilePaths.makeDirectory(workspace.file("hollow"))
    func item(_ id: String, _ reference: String) -> String {
      #"{"id":"\#(id)","reference_id":"\#(reference)","task":"A","context":"The","target":" river"}"# + "\n"
    }
    let files = [
      "documents.jsonl": Corpus.lines, "items.jsonl": SharedBank.items, "picture.png": "", "empty.gguf": "",
      "unknown.jsonl": item("one", "nobody#0"), "malformed.jsonl": item("one", "river-0#0") + "{\"id\":3}\n",
      "twice.jsonl": item("one", "river-0#0") + item("one", "river-3#0"), "hollow.jsonl": "\n\n",
      "malformed.yaml": "shard: [\n", "list.yaml": "- encode\n", "section.yaml": "chnk:\n  max_tokens: 48\n",
    ]
    for (name, text) in files { try workspace.write(text, name) }
    return workspace
  }

  @Test(arguments: usage + missing + badData + cannotCreate)
  func refused(_ call: Call) throws {
    let workspace = try Self.prepared.get()
    // A folder of its own for each call: they run at the same time.
    let output = "new-\(XXH3.hash64(call.testDescription))"
    let arguments = call.arguments.map { $0 == "new" ? output : $0 }
    let run = expect(try workspace.run(call.tool, arguments), call.status, call.mentioned)
    #expect(run.output.isEmpty || call.tool == .verify)
    #expect(!run.errors.isEmpty)
    // A refused run leaves no plan that the corrected one would meet.
    if call.status == Exit.usage || call.status == Exit.missing {
      #expect(try FilePaths.kind(workspace.file(output)) == nil)
    }
  }

  @Test("a folder without the right to write", .enabled(if: geteuid() != 0, "root may write anywhere"))
  func readOnlyFolder() throws {
    let workspace = try SharedBank.copy(["references"])
    try FilePaths.makeDirectory(workspace.file("closed"))
    chmod(try workspace.file("closed"), 0o555)
    defer { if let path = try? workspace.file("closed") { chmod(path, 0o755) } }
    expect(try workspace.encode(to: "closed/memories"), Exit.cannotCreate, ["closed/memories"])
    expect(try workspace.encode(to: "closed"), Exit.cannotCreate, ["closed"])
  }

  @Test("the wrong model's difference is printed")
  func wrongModel() throws {
    let arguments = ["generate", "bank", "--model", Model.other, "--prompt", "river"]
    let run = try SharedBank.workspace.run(.read, arguments)
    let digests = try [Model.tiny, Model.other].map { try SHA256Digest.ofFile($0).description }
    expect(run, Exit.badData, digests)
  }
}
