import Glibc
import M3Encoder
import M3Inference
import M3Memory
import M3Records
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights
import Testing

/// What the model reads in each mode, against the slow twin on tokens put together here.
@Suite struct EvaluatorTests {
  let tiny: EvaluationModel
  let twin: PlainLlama

  init() throws {
    tiny = try EvaluationModel.tiny.get()
    twin = try Self.sharedTwin.get()
  }

  private static let sharedTwin = Result { try PlainLlama(GGUFFile(path: Fixtures.path("tiny/tiny-llama.gguf"))) }

  static let item = EvaluationItem(
    id: "i", referenceID: "Harrow's rule#0", task: "t", context: "Engineers of", target: " the Orrin", separator: " | ")

  @Test(arguments: Producer.ContextBOS.allCases, Producer.KeySpace.allCases)
  func contextBOSOfMemories(contextBOS: Producer.ContextBOS, keySpace: Producer.KeySpace) throws {
    let bank = try EvaluationBank(.received, tokensPerHead: 5, contextBOS: contextBOS, keySpace: keySpace)
    try expectMemoryLoss(
      bank, distractorCount: 0, bos: contextBOS == .none ? [] : [0], isolated: contextBOS == .isolated)
  }

  @Test(arguments: [[0], [1]])
  func layersWithoutMemoriesHoldTheBOSAlone(layers: [Int]) throws {
    let bank = try EvaluationBank(.received, tokensPerHead: 5, layers: layers)
    try expectMemoryLoss(bank, distractorCount: 0, bos: [], isolated: false)
  }

  @Test(arguments: [1, 2, 5])
  func distractingMemories(count: Int) throws {
    try expectMemoryLoss(EvaluationBank(.received, tokensPerHead: 5), distractorCount: count, bos: [], isolated: false)
  }

  @Test(arguments: [0, 1, 2])
  func distractingTexts(count: Int) throws {
    let bank = try EvaluationBank(.received)
    let found = try bank.evaluator(distractorCount: count).evaluate([Self.item], mode: .text, workers: 1)
    let others = try bank.distractors(for: "i", excluding: Self.item.referenceID, count: count)
    var tokens: [Int32] = [0]
    for other in others { tokens += tiny.tokenizer.encode(other.text) + tiny.tokenizer.encode("\n\n") }
    tokens += try tiny.tokenizer.encode(bank.reference(id: Self.item.referenceID).text) + tiny.tokenizer.encode(" | ")
    #expect(abs(found[0] - twinLoss(tokens + question, memory: { _, _ in [] }, firstPosition: 0, isolated: 0)) < 1e-4)
  }

  @Test func moreItemsThanABatch() throws {
    let bank = try EvaluationBank(.received)
    let items = (0..<21).map { number in
      EvaluationItem(
        id: "\(number)", referenceID: tiny.references[number % 3].id, task: "t",
        context: String("Question number".prefix(3 + number % 7)), target: String(" the answer".prefix(2 + number % 9)))
    }
    for mode in EvaluationMode.allCases {
      let alone = try items.map { try bank.evaluator().evaluate([$0], mode: mode, workers: 1)[0] }
      for workers in [1, 2, 4] {
        #expect(try bank.evaluator().evaluate(items, mode: mode, workers: workers) == alone)
      }
    }
  }

  @Test func errorsOfTheSourceComeThrough() throws {
    let bank = try EvaluationBank(.received)
    var item = Self.item
    item.referenceID = "nowhere"
    for mode in [EvaluationMode.text, .memory] {
      #expect(throws: EvaluationBank.Missing(id: "nowhere")) {
        try bank.evaluator().evaluate([Self.item, item], mode: mode, workers: 2)
      }
    }
  }

  @Test func anItemBeyondTheContextIsNamed() throws {
    let bank = try EvaluationBank(.received)
    var item = Self.item
    item.context = String(repeating: "q ", count: 300)
    let count = tiny.tokenizer.encode(item.context).count + tiny.tokenizer.encode(item.target).count
    #expect(throws: EvaluationError.tooLong(item: "i", positions: count + 1, limit: 512)) {
      try bank.evaluator().evaluate([item], mode: .none, workers: 1)
    }
    #expect(throws: EvaluationError.tooLong(item: "i", positions: count + 155, limit: 512)) {
      try bank.evaluator().evaluate([item], mode: .memory, workers: 1)
    }
  }

  /// A vocabulary need not have tokens for control characters: such a text is nothing to the model.
  @Test func textsWithoutTokensAreRefused() throws {
    let bank = try EvaluationBank(.received)
    var definition = try TokenizerDefinition(GGUFFile(path: Fixtures.path("tiny/tiny-llama.gguf")))
    // U+0101 spells byte 1.
    let place = try #require(definition.tokens.firstIndex(of: Array("\u{101}".utf8)))
    definition.tokens[place] = Array("\u{101}\u{101}".utf8)
    let evaluator = Evaluator(
      model: tiny.model, tokenizer: try Tokenizer(definition), assembler: bank.assembler, contextBOS: [0],
      choice: .named(bank, distractorCount: 0))
    var (noContext, noTarget) = (Self.item, Self.item)
    (noContext.context, noTarget.target) = ("\u{1}", "\u{1}")
    for mode in EvaluationMode.allCases {
      #expect(throws: EvaluationError.noTokens(item: "i", part: "target")) {
        try evaluator.evaluate([noTarget], mode: mode, workers: 1)
      }
    }
    // Behind a BOS there is something to foresee the target from.
    #expect(throws: EvaluationError.noTokens(item: "i", part: "context")) {
      try evaluator.evaluate([noContext], mode: .memory, workers: 1)
    }
    #expect(try evaluator.evaluate([noContext], mode: .none, workers: 1)[0] > 0)
  }

  private var question: [Int32] { tiny.tokenizer.encode(Self.item.context) + tiny.tokenizer.encode(Self.item.target) }

  private func expectMemoryLoss(_ bank: EvaluationBank, distractorCount: Int, bos: [Int32], isolated: Bool) throws {
    let found = try bank.evaluator(distractorCount: distractorCount).evaluate(
      [Self.item], mode: .memory, workers: 1)
    let others = try bank.distractors(for: "i", excluding: Self.item.referenceID, count: distractorCount)
    let memories = try [bank.reference(id: Self.item.referenceID).memory] + others.map(\.memory)
    let expected = twinLoss(
      bos + question, memory: { layer, head in bank.plainRows(memories, layer: layer, head: head) }, firstPosition: 155,
      isolated: isolated ? 1 : 0)
    #expect(abs(found[0] - expected) < 1e-4)
  }

  /// Mean loss of the item's target at the end of the tokens.
  private func twinLoss(
    _ tokens: [Int32], memory: (Int, Int) -> [PlainLlama.Row], firstPosition: Int, isolated: Int
  ) -> Double {
    let logits = twin.run(
      tokens: tokens, positions: tokens.indices.map { firstPosition + $0 }, memory: memory, isolatedCount: isolated
    ).logits
    let count = tiny.tokenizer.encode(Self.item.target).count
    let losses = (tokens.count - count..<tokens.count).map { index in
      log(logits[index - 1].reduce(0) { $0 + exp($1) }) - logits[index - 1][Int(tokens[index])]
    }
    return losses.reduce(0, +) / Double(count)
  }
}

extension EvaluationBank {
  /// What a head sees: the BOS's key-values, then those that each memory keeps, rotated to their places here.
  func plainRows(_ memories: [SparseMemory], layer: Int, head: Int) -> [PlainLlama.Row] {
    func row(_ keys: [Float], _ values: [Float], _ first: Int, position: Int?) -> PlainLlama.Row {
      var key = keys[first..<first + 16].map { Double($0) }
      if let position {
        for pair in 0..<8 {
          let angle = Double(position) * pow(50_000, -Double(pair) / 8)
          let (low, high) = (key[pair], key[pair + 8])
          key[pair] = low * cos(angle) - high * sin(angle)
          key[pair + 8] = high * cos(angle) + low * sin(angle)
        }
      }
      return PlainLlama.Row(key: key, value: values[first..<first + 16].map { Double($0) })
    }
    var rows = [row(bos.keys, bos.values, (layer * 2 + head) * 16, position: nil)]
    guard let index = producer.shape.layers.firstIndex(of: layer) else { return rows }
    for memory in memories {
      for place in memory.offsets[index * 2 + head]..<memory.offsets[index * 2 + head + 1] {
        // The reference ends where the context begins.
        let first = assembler.contextPosition - memory.tokenCount
        let position = producer.keySpace == .beforeRotation ? first + Int(memory.positions[place]) : nil
        rows.append(row(memory.keys, memory.values, 16 * place, position: position))
      }
    }
    return rows
  }
}
