import ArgumentParser
import M3Bank
import M3Command
import M3Inference
import M3JSON
import M3Reader
import M3Serving

struct SearchCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Prints the references that are nearest to a text: similarity, id, text.")

  @Argument(help: "The bank: a folder with an index.")
  var bank: String

  @Argument(help: "What to search for.")
  var text: String

  @Option(help: "The model that embeds texts, the one that made the index: a folder.")
  var embedder: String

  @Option(help: "References to print at most.")
  var count = 5

  @Flag(help: "Prints JSON, a line a reference.")
  var json = false

  func validate() throws {
    guard (1...10_000).contains(count) else { throw ValidationError("--count takes 1 to 10000") }
  }

  func execute() throws {
    guard !text.isEmpty else { throw UsageError("the text to search for is empty") }
    let opened = try MemoryBank(path: bank)
    let search = try BankSearch(bank: opened, embedderFolder: embedder)
    for hit in try search.nearest(to: [text], count: count)[0] {
      let record = try opened.record(index: hit.index)
      if json {
        let object: JSONObject = [
          "id": .string(record.id), "index": .integer(Int64(hit.index)), "similarity": .double(Double(hit.similarity)),
          "text": .string(record.text),
        ]
        StandardOutput.write(String(decoding: JSONValue.object(object).serialized(.canonical), as: UTF8.self) + "\n")
      } else {
        StandardOutput.write(
          "\(Double(hit.similarity).formatted(decimals: 3))  \(record.id)\n       \(record.text)\n\n")
      }
    }
  }
}
