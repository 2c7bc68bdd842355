import M3Bytes
import M3Encoder
import M3JSON
import M3Memory
import M3Text

extension EncoderConfiguration {
  /// The recipe that a bank's producer says its memories were made by.
  ///
  /// - Throws: ``FormatError`` for a recipe that is unknown.
  init(_ producer: Producer, tokenizer: Tokenizer) throws(FormatError) {
    let fields = JSONFields(producer.selection, path: "producer.selection")
    let isInDocument = try fields.optional("context", as: String.self) != nil
    let context: EncodingContext = isInDocument ? try Self.choice("context", fields) : .reference
    let documentTokens: Int = context == .document ? try fields.required("document_tokens") : 2048
    guard (1...1 << 20).contains(documentTokens) else {
      throw FormatError(
        .outOfRange(found: "\(documentTokens)", allowed: "1 to \(1 << 20)"),
        field: "producer.selection.document_tokens")
    }
    let tokensPerHead: Int = try fields.required("tokens_per_head")
    guard (0...SparseMemory.maximumTokenCount).contains(tokensPerHead) else {
      throw FormatError(
        .outOfRange(found: "\(tokensPerHead)", allowed: "0 to \(SparseMemory.maximumTokenCount)"),
        field: "producer.selection.tokens_per_head")
    }
    let heads: [[Int]] = try fields.optional("dense_heads") ?? []
    guard heads.allSatisfy({ $0.count == 2 }) else {
      throw FormatError(.malformed("not a layer and a head"), field: "producer.selection.dense_heads")
    }
    let (layers, groups) = (0..<producer.layerCount, 0..<producer.shape.keyValueHeadCount)
    if let head = heads.first(where: { !layers.contains($0[0]) || !groups.contains($0[1]) }) {
      throw FormatError(
        .outOfRange(found: "\(head)", allowed: "\(layers.count) layers of \(groups.count) heads"),
        field: "producer.selection.dense_heads")
    }
    self.init(
      rule: try Self.choice("rule", fields), allocation: try Self.choice("allocation", fields),
      tokensPerHead: tokensPerHead,
      denseHeads: heads.map { KeyValueHead(layer: $0[0], head: $0[1]) },
      memoryLayers: producer.shape.layers, keySpace: producer.keySpace,
      repeatPrompt: tokenizer.encode(try fields.required("repeat_prompt")), context: context,
      documentTokens: documentTokens)
  }

  private static func choice<T: RawRepresentable>(
    _ key: String, _ fields: JSONFields
  ) throws(FormatError) -> T where T.RawValue == String {
    let name: String = try fields.required(key)
    guard let value = T(rawValue: name) else {
      throw FormatError(.unsupported(found: name), field: "producer.selection.\(key)")
    }
    return value
  }
}
