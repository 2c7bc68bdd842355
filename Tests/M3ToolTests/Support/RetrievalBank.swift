import M3Bytes
import M3JSON
import M3TestSupport
import Testing

/// A bank with an index, and the model that made it; made once, and no test changes it.
enum RetrievalBank {
  /// Texts by the names of their documents, each within one reference.
  static let texts = [
    ("bees", "Bees make honey of clover."),
    ("birds", "Birds sing in May and fly in June."),
    ("book", "A reader keeps what a book says."),
    ("bread", "Bread is flour, water and salt."),
    ("river", "Rivers flow to lakes and seas."),
    ("rock", "Rock stands for ages in the hills."),
    ("ship", "Ships carry bread and wine over seas."),
    ("snow", "Snow melts; the meadows bloom."),
  ]

  static let embedder = Fixtures.path("bert/tiny")

  /// The embedder's files by name.
  static func embedderFiles() throws -> [String: [UInt8]] {
    let names = [
      "1_Pooling/config.json", "config.json", "model.safetensors", "modules.json", "sentence_bert_config.json",
      "tokenizer.json",
    ]
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try ReadableFile.contents(of: FilePaths.join(embedder, $0), limit: 1 << 20))
      })
  }

  private static let made = Result { try make(texts) }
  private static let madeSmaller = Result { try make(Array(texts.dropLast())) }

  /// A folder that holds `model.gguf` and `bank`.
  static var workspace: Workspace { get throws { try made.get() } }
  /// The same of all texts but the last one.
  static var smaller: Workspace { get throws { try madeSmaller.get() } }

  private static func make(_ texts: [(id: String, text: String)]) throws -> Workspace {
    let workspace = Workspace()
    try workspace.write(SpeakingModel.file, "model.gguf")
    let documents: [JSONObject] = texts.map { ["id": .string($0.id), "text": .string($0.text)] }
    try workspace.write(Corpus.text(documents), "documents.jsonl")
    for run in [
      try workspace.chunk(model: "model.gguf"),
      try workspace.encode(["--set", "tokens_per_head=4"], model: "model.gguf"), try workspace.shard(),
      try workspace.run(.index, ["bank", "--embedder", embedder, "--factory", "Flat"]),
    ] {
      try #require(run.status == 0, "\(run)")
    }
    return workspace
  }

  /// A new workspace with copies of the model and the bank.
  /// - Parameter other: whose; the default is ``workspace``.
  static func copy(_ other: Workspace? = nil) throws -> Workspace {
    let workspace = Workspace()
    try workspace.restore((other ?? Self.workspace).snapshot("bank"), to: "bank")
    try workspace.write(SpeakingModel.file, "model.gguf")
    return workspace
  }

  /// What `m3-read search` prints for a text, as JSON.
  static func search(_ text: String, count: Int = 5) throws -> [JSONObject] {
    let run = try workspace.run(
      .read, ["search", "--embedder", embedder, "--json", "--count", "\(count)", "--", "bank", text])
    try #require(run.status == 0, "\(run)")
    return try run.jsonLines()
  }

  /// Runs a command of m3-read on a bank with its model.
  static func read(
    _ command: String, _ more: [String], in other: Workspace? = nil, model: String = "model.gguf", input: String? = nil
  ) throws -> ToolRun {
    try (other ?? workspace).run(.read, [command, "bank", "--model", model] + more, input: input)
  }

  /// Continues a prompt with the memories that it retrieves.
  static func retrieve(_ prompt: String, _ more: [String] = [], in other: Workspace? = nil) throws -> ToolRun {
    try read("generate", ["--prompt", prompt, "--embedder", embedder] + more, in: other)
  }

  /// Runs with evaluation items in `items.jsonl` beside copies of model and bank.
  static func withItems<T>(_ items: String, _ other: Workspace? = nil, _ body: (Workspace) throws -> T) throws -> T {
    let workspace = try copy(other)
    try workspace.write(items, "items.jsonl")
    return try body(workspace)
  }
}
