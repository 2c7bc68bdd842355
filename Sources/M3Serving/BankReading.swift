import M3Bank
import M3Bytes
import M3Command
import M3Inference
import M3Memory
import M3Reader
import M3Text

/// A bank beside the model that made it.
struct BankReading {
  let bank: MemoryBank
  let loaded: LoadedModel
  let assembler: MemoryAssembler
  /// The BOS of a context that reads no memories.
  let contextBOS: [Int32]

  /// - Throws: `WrongModelError` where another model made the bank; what opening and loading throw.
  init(bank path: String, model: String, kernel: String?) throws {
    bank = try MemoryBank(path: path)
    loaded = try LoadedModel(path: model, kernel: kernel ?? "auto")
    try loaded.source.requireProduced(bank.producer, bank: path)
    assembler = MemoryAssembler(producer: bank.producer, bos: bank.bos, longestReference: bank.longestReference)
    // The bank's BOS text begins with the model's own BOS where it has one; the rest (`Reference:`) is the bank's alone.
    let tokenizer = loaded.tokenizer
    if let first = bank.producer.bosTokens.first, tokenizer.isControl(first) {
      contextBOS = [first]
    } else {
      contextBOS = tokenizer.beginningOfSequence.map { [$0] } ?? []
    }
  }
}

/// References and distractors of a bank.
struct BankSource: ReferenceSource {
  let bank: MemoryBank

  func reference(id: String) throws -> (text: String, memory: SparseMemory) {
    let record = try bank.record(id: id)
    return (record.text, try bank.memory(record))
  }

  func distractors(for key: String, excluding id: String, count: Int) throws -> [(text: String, memory: SparseMemory)] {
    guard count > 0 else { return [] }
    guard bank.count > count else {
      throw UsageError("\(count) distractors are wanted, but the bank has \(bank.count) references")
    }
    var random = SplitMix64(state: XXH3.hash64(key))
    var drawn: Set<Int> = []
    var result: [(text: String, memory: SparseMemory)] = []
    while result.count < count {
      let index = Int(random.next() % UInt64(bank.count))
      guard drawn.insert(index).inserted else { continue }
      let record = try bank.record(index: index)
      if record.id == id { continue }
      result.append((record.text, try bank.memory(record)))
    }
    return result
  }
}
