public import M3Bytes
public import M3Text
public import M3Weights

/// How a chat model's turns are written: ChatML, `<|im_start|>ROLE\nTEXT<|im_end|>\n`, as SmolLM2 and many others have it.
///
/// Roles and texts are encoded as ordinary text, so what a user types cannot control the model.
public struct ChatTemplate: Sendable, Equatable {
  public enum Role: String, Sendable {
    case system, user, assistant
  }

  /// What stands first where a conversation has no system text of its own.
  public let defaultSystem: String?

  private static let start = "<|im_start|>"
  private static let end = "<|im_end|>"

  /// Recognizes a model's template.
  /// - Throws: ``FormatError`` for a model without one, and for templates of another kind.
  public init(_ file: GGUFFile) throws(FormatError) {
    let key = "tokenizer.chat_template"
    guard let template = try file.stringIfPresent(key) else {
      throw FormatError(.missing("a chat template"), field: key, file: file.path)
    }
    do { try self.init(template: template) } catch { throw error.inFile(file.path) }
  }

  /// - Throws: ``FormatError`` for a template that is not ChatML.
  package init(template: String) throws(FormatError) {
    let turn = "'\(Self.start)' + message['role'] + '\n' + message['content'] + '\(Self.end)' + '\n'"
    // Spelled with a line break or with its escape, by the file's writer.
    let plain = template.replacing("\\n", with: "\n")
    guard plain.contains(turn), plain.contains("'\(Self.start)assistant\n'") else {
      throw FormatError(.unsupported(found: "a template that is not ChatML"), field: "tokenizer.chat_template")
    }
    let system = "'\(Self.start)system\n"
    guard let opening = plain.firstRange(of: system),
      let closing = plain[opening.upperBound...].firstRange(of: "\(Self.end)\n'")
    else {
      defaultSystem = nil
      return
    }
    defaultSystem = String(plain[opening.upperBound..<closing.lowerBound])
  }

  /// The token that ends a turn.
  /// - Throws: ``FormatError`` where the vocabulary has no such control token.
  public func endOfTurn(_ tokenizer: Tokenizer) throws(FormatError) -> Int32 { try control(Self.end, tokenizer) }

  /// One whole turn.
  /// - Throws: as ``endOfTurn(_:)``.
  public func turn(_ role: Role, _ text: String, _ tokenizer: Tokenizer) throws(FormatError) -> [Int32] {
    try opening(role, tokenizer, text: text) + [control(Self.end, tokenizer)] + tokenizer.encode("\n")
  }

  /// What the model's own turn begins with.
  /// - Throws: as ``endOfTurn(_:)``.
  public func reply(_ tokenizer: Tokenizer) throws(FormatError) -> [Int32] {
    try opening(.assistant, tokenizer, text: "")
  }

  private func opening(_ role: Role, _ tokenizer: Tokenizer, text: String) throws(FormatError) -> [Int32] {
    [try control(Self.start, tokenizer)] + tokenizer.encode("\(role.rawValue)\n\(text)")
  }

  private func control(_ spelling: String, _ tokenizer: Tokenizer) throws(FormatError) -> Int32 {
    guard let id = tokenizer.token(spelled: spelling), tokenizer.isControl(id) else {
      throw FormatError(.missing("the control token \(spelling)"), field: "tokenizer.ggml.tokens")
    }
    return id
  }
}
