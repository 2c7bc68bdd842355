import ArgumentParser
import M3Bank
import M3Bytes
import M3Codec
import M3Command
import M3JSON
import M3Memory
import M3Reader

struct InfoCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Prints what a bank holds and which model it belongs to.")

  @Argument(help: "The bank: a folder.")
  var bank: String

  @Flag(help: "Prints JSON.")
  var json = false

  func execute() throws {
    let opened = try MemoryBank(path: bank)
    let manifest = opened.directory.manifest
    let shape = opened.producer.shape
    // Whoever can write a bank can sign it: only m3-verify --public-key says whether a key that is known did.
    let signer = try BankSignature(of: manifest.statement, in: bank)?.publicKey.description
    if json {
      var object: JSONObject = [
        "bytes_per_reference": .double(opened.bytesPerReference), "codec": .object(manifest.codec),
        "compressed_bytes": .integer(Int64(manifest.compressedByteCount)),
        "payload_bytes": .integer(Int64(manifest.payloadByteCount)), "producer": .object(manifest.producer),
        "records": .integer(Int64(opened.count)), "root": .string(manifest.root.description),
        "shards": .integer(Int64(manifest.shards.count)), "text_bytes": .integer(Int64(manifest.textByteCount)),
      ]
      object["signature_key"] = signer.map { .string($0) }
      StandardOutput.write(String(decoding: JSONValue.object(object).serialized(.pretty), as: UTF8.self))
      return
    }
    let producer = opened.producer
    StandardOutput.write(
      """
      references     \(opened.count) in \(manifest.shards.count) shards, \(manifest.textByteCount) bytes of text
      memories       \(manifest.payloadByteCount) bytes, \(opened.bytesPerReference.formatted(decimals: 0)) a reference; \
      \(manifest.compressedByteCount) compressed, texts included
      codec          \(opened.codec.name)
      model          \(producer.architecture), \(producer.layerCount) layers, SHA-256 \(producer.modelDigest)
      memory layers  \(shape.layers.map(String.init).joined(separator: " "))
      heads          \(shape.keyValueHeadCount) key-value heads of \(shape.headDimension), \(producer.queryHeadCount) query heads
      BOS            \(JSONValue.string(producer.bosText).text), the context's own: \(producer.contextBOS.rawValue)
      selection      \(JSONValue.object(producer.selection).text)
      longest        \(opened.longestReference) tokens; a context begins at position \
      \(producer.contextPosition(longestReference: opened.longestReference))
      root           \(manifest.root)
      signature      \(signer.map { "by key \($0), not checked here" } ?? "none")

      """)
  }
}

extension JSONValue {
  /// Canonical JSON as a text.
  var text: String { String(decoding: serialized(.canonical), as: UTF8.self) }
}
