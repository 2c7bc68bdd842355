import ArgumentParser
import M3Bank
import M3Bytes
import M3Codec
import M3Command
import M3JSON
import M3Memory
import M3Reader
import M3Serving

struct GetCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Prints a reference: its text, its source and what its memory keeps.")

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Argument(help: "The reference's id, such as Water#0.")
  var id: String

  @Option(help: "The model that made it, for banks whose memories are predicted from it; without, less is told.")
  var model: String?

  @Flag(help: "Prints JSON.")
  var json = false

  func execute() throws {
    let opened = try BankReading.bank(bank, model: model)
    let record = try opened.record(id: id)
    guard opened.wantedFeatures == nil || model != nil else { return try printWithoutMemory(record, of: opened) }
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

  /// A predicted memory keeps all tokens: what is left to tell needs no model.
  private func printWithoutMemory(_ record: BankRecord, of bank: MemoryBank) throws {
    let tokenCount = try bank.codec.check(record.payload, shape: bank.producer.shape)
    let source = try JSONValue.parse(record.source)
    if json {
      let object: JSONObject = [
        "bytes": .integer(Int64(record.payload.count)), "id": .string(record.id),
        "number": .integer(Int64(record.number)), "source": source, "text": .string(record.text),
        "token_count": .integer(Int64(tokenCount)),
      ]
      StandardOutput.write(String(decoding: JSONValue.object(object).serialized(.pretty), as: UTF8.self))
      return
    }
    StandardOutput.write(
      """
      \(record.text)

      id      \(record.id), record \(record.number)
      source  \(source.text)
      memory  \(record.payload.count) bytes: codes of all \(tokenCount) tokens in every head; --model FILE decodes them

      """)
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
