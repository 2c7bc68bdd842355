import M3Bytes
import M3Encoder
import M3JSON
import M3Memory
import M3Text

extension EncoderConfiguration {
  /// The recipe that a bank's producer says its memories were made by.
  ///
  /// - Throws: ``FormatError`` for a recipe that is unknown, and for one that reads more than the reference.
  init(_ producer: Producer, tokenizer: Tokenizer) throws(FormatError) {
    let fields = JSONFields(producer.selection, path: "producer.selection")
    let context: String = try fields.optional("context") ?? EncodingContext.reference.rawValue
    guard context == EncodingContext.reference.rawValue else {
      throw FormatError(
        .unsupported(found: "context \(context): a reference alone does not give its memory"),
        field: "producer.selection.context")
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
    self.init(
      rule: try Self.choice("rule", fields), allocation: try Self.choice("allocation", fields),
      tokensPerHead: tokensPerHead,
      denseHeads: heads.map { KeyValueHead(layer: $0[0], head: $0[1]) },
      memoryLayers: producer.shape.layers, keySpace: producer.keySpace,
      repeatPrompt: tokenizer.encode(try fields.required("repeat_prompt")))
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
