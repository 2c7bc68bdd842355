import ArgumentParser
import M3Bytes
import M3Command
import M3JSON
import M3Records
import M3Text

struct TokenizeCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "tokenize", abstract: "Tokens a second of a model's tokenizer, one thread, text by text.")

  @Option(help: "The model: a GGUF file.")
  var model: String

  @Option(parsing: .upToNextOption, help: "Files, folders and patterns of documents.")
  var input: [String]

  @Option(help: "Documents that are read, at most.")
  var documents = 10_000

  @Option(help: "Rounds; the median counts.")
  var rounds = 3

  func validate() throws {
    guard documents >= 1 else { throw ValidationError("--documents is a number from 1") }
    guard (1...1000).contains(rounds) else { throw ValidationError("--rounds takes 1 to 1000") }
  }

  func execute() throws {
    let texts = try BenchTexts.documents(input, count: documents)
    let tokenizer = try ModelFile.tokenizer(path: model)
    var times: [Stopwatch.Time] = []
    var ids: [[Int32]] = []
    for _ in 0..<rounds {
      let start = Stopwatch.now()
      ids = texts.map { tokenizer.encode($0) }
      times.append(Stopwatch.now() - start)
    }
    // Of all ids, so that another tokenizer's can be compared with them.
    var bytes = ByteWriter(capacity: 0)
    for id in ids.joined() { bytes.integer(UInt32(bitPattern: id)) }
    let middle = times.sorted { $0.cpu < $1.cpu }[rounds / 2]
    let tokens = ids.reduce(0) { $0 + $1.count }
    let object: JSONObject = [
      "bench": "tokenize", "documents": .integer(Int64(texts.count)), "tokens": .integer(Int64(tokens)),
      "ids_sha256": .string(SHA256Digest.of(bytes.bytes).description),
      "megabytes_per_cpu_second": .double(Double(texts.reduce(0) { $0 + $1.utf8.count }) / middle.cpu * 1e-6),
      "tokens_per_cpu_second": .double(Double(tokens) / middle.cpu),
    ]
    JSONLine.write(object)
  }
}
