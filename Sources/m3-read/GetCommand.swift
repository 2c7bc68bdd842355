import ArgumentParser
import M3Bank
import M3Bytes
import M3Command
import M3JSON
import M3Memory
import M3Reader

struct GetCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Prints a reference: its text, its source and what its memory keeps.")

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Argument(help: "The reference's id, such as Water#0.")
  var id: String

  @Flag(help: "Prints JSON.")
  var json = false

  func execute() throws {
    let opened = try MemoryBank(path: bank)
    let record = try opened.record(id: id)
    let memory = try opened.memory(record)
    let source = try JSONValue.parse(record.source)
    if json {
      let object: JSONObject = [
        "bytes": .integer(Int64(record.payload.count)), "id": .string(record.id), "kept": counts(memory),
        "number": .integer(Int64(record.number)), "source": source, "text": .string(record.text),
        "token_count": .integer(Int64(memory.tokenCount)),
      ]
      StandardOutput.write(String(decoding: JSONValue.object(object).serialized(.pretty), as: UTF8.self))
      return
    }
    var text = "\(record.text)\n\n"
    text += "id      \(record.id), record \(record.number)\n"
    text += "source  \(source.text)\n"
    text += "memory  \(record.payload.count) bytes: \(memory.rowCount) key-values of \(memory.tokenCount) tokens\n"
    text += "kept tokens, a line a layer, a number a head:\n"
    let heads = memory.shape.keyValueHeadCount
    for (index, layer) in memory.shape.layers.enumerated() {
      let kept = memory.counts[index * heads..<(index + 1) * heads]
      text += "  \(layer): \(kept.map(String.init).joined(separator: " "))\n"
    }
    StandardOutput.write(text)
  }

  /// Kept tokens: an object by layer, an array by head.
  private func counts(_ memory: SparseMemory) -> JSONValue {
    var object = JSONObject()
    let heads = memory.shape.keyValueHeadCount
    for (index, layer) in memory.shape.layers.enumerated() {
      object["\(layer)"] = .array(memory.counts[index * heads..<(index + 1) * heads].map { .integer(Int64($0)) })
    }
    return .object(object)
  }
}
