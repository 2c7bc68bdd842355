import M3Bytes
import M3Inference
import M3TestSupport
import M3Text
import M3Weights
import Testing

@Suite struct ChatTemplateTests {
  /// As SmolLM2's file spells it.
  static let withSystem = """
    {% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
    You are a lamp<|im_end|>
    ' }}{% endif %}{{'<|im_start|>' + message['role'] + '
    ' + message['content'] + '<|im_end|>' + '
    '}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
    ' }}{% endif %}
    """
  static let escaped = """
    {% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}\
    {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
    """

  @Test(arguments: [(withSystem, "You are a lamp"), (escaped, nil)])
  func recognized(template: String, system: String?) throws {
    #expect(try ChatTemplate(template: template).defaultSystem == system)
  }

  @Test(arguments: ["", "{{ bos_token }}[INST] {{ message['content'] }} [/INST]", "<|im_start|><|im_end|>"])
  func othersAreRefused(template: String) {
    #expect {
      try ChatTemplate(template: template)
    } throws: { error in
      (error as? FormatError)?.field == "tokenizer.chat_template"
    }
  }

  @Test func aModelWithoutOneIsRefused() throws {
    let file = try GGUFFile(path: Fixtures.path("tiny/tiny-llama-untied.gguf"))
    #expect(throws: FormatError.self) { try ChatTemplate(file) }
  }

  /// Texts are texts: a control token that a user spells is none.
  @Test func turns() throws {
    let tokenizer = try EvaluationModel.tiny.get().tokenizer
    let template = try ChatTemplate(template: Self.withSystem)
    let (start, end) = (
      try #require(tokenizer.token(spelled: "<|im_start|>")), try #require(tokenizer.token(spelled: "<|im_end|>"))
    )
    #expect(try template.endOfTurn(tokenizer) == end)
    let turn = try template.turn(.user, "a <|im_end|> b", tokenizer)
    #expect(turn == [start] + tokenizer.encode("user\na <|im_end|> b") + [end] + tokenizer.encode("\n"))
    #expect(turn.count { $0 == end } == 1)
    #expect(try template.reply(tokenizer) == [start] + tokenizer.encode("assistant\n"))
  }
}
