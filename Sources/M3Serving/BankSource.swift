import M3Bank
import M3Bytes
import M3Command
public import M3Inference
public import M3Memory
import M3Reader
public import M3Transformer

/// References, memories and distractors of a bank.
public struct BankSource: ReferenceSource, MemorySource {
  let bank: MemoryBank
  let assembler: MemoryAssembler

  public func reference(id: String) throws -> (text: String, memory: SparseMemory) {
    let record = try bank.record(id: id)
    return (record.text, try bank.memory(record))
  }

  public func distractors(
    for key: String, excluding id: String, count: Int
  ) throws -> [(text: String, memory: SparseMemory)] {
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

  public func memories(at indices: [Int]) throws -> [AttentionMemory] {
    try bank.rotatedMemories(at: indices).map { assembler.attentionMemory($0) }
  }

  public func text(at index: Int) throws -> String { try bank.record(index: index).text }
  public func id(at index: Int) throws -> String { try bank.record(index: index).id }
}
