import M3Bytes
import M3JSON

extension Pooling {
  /// Reads the `config.json` of a pooling module.
  /// - Parameter width: that of the encoder, which must be the one that is pooled.
  /// - Throws: `FormatError` `unsupported` with the modes' names for another pooling than these, or for several.
  init(_ fields: JSONFields, width: Int) throws(FormatError) {
    let key = fields.object["embedding_dimension"] == nil ? "word_embedding_dimension" : "embedding_dimension"
    let dimension: Int = try fields.required(key)
    guard dimension == width else {
      throw FormatError(
        .mismatch(expected: "hidden_size, \(width)", found: "\(dimension)"), field: "\(fields.path).\(key)")
    }
    func unsupported(_ modes: String) -> FormatError {
      FormatError(.unsupported(found: "pooling \(modes)"), field: "\(fields.path).pooling_mode")
    }
    // Version 6 of the package writes one name; before, there is a truth value for each mode.
    if let mode: String = try fields.optional("pooling_mode") {
      guard let pooling = Pooling(rawValue: mode) else { throw unsupported(mode) }
      self = pooling
      return
    }
    var modes: [String] = []
    for (key, _) in fields.object.members where key.hasPrefix("pooling_mode_") {
      if try fields.required(key) == true { modes.append(key) }
    }
    switch modes {
    case ["pooling_mode_cls_token"]: self = .cls
    // None is the mean, as the package has it.
    case ["pooling_mode_mean_tokens"], []: self = .mean
    default: throw unsupported(modes.joined(separator: ", "))
    }
  }
}
