import Glibc
import M3Memory
import M3Tensor
import M3TestSupport
import M3Transformer

extension AttentionMemory {
  /// Random rows, `counts` of them in each (layer, key-value head).
  init(random: inout Randomness, _ configuration: LlamaConfiguration, counts: [Int]) {
    let elements = counts.reduce(0, +) * configuration.headDimension
    self.init(
      layerCount: configuration.layerCount, keyValueHeadCount: configuration.keyValueHeadCount,
      headDimension: configuration.headDimension, offsets: counts.reduce(into: [0]) { $0.append($0.last! + $1) },
      keys: random.floats(elements, 1.5), values: random.floats(elements))
  }

  /// Heads of different lengths, some of them empty.
  static func ragged(_ random: inout Randomness, _ configuration: LlamaConfiguration) -> AttentionMemory {
    let lengths = [0, 1, 7, 64, 65, 0, 130, 3]
    let counts = (0..<configuration.layerCount * configuration.keyValueHeadCount).map { lengths[$0 % lengths.count] }
    return AttentionMemory(random: &random, configuration, counts: counts)
  }

  /// The same rows as the twin reads them.
  func plainRows(layer: Int, head: Int) -> [PlainLlama.Row] {
    rows(layer: layer, head: head).map { row in
      let elements = row * headDimension..<(row + 1) * headDimension
      return PlainLlama.Row(
        key: keys.elements[elements].map { Double($0) }, value: values.elements[elements].map { Double($0) })
    }
  }
}

extension ReadingConstants {
  /// Random ones of every head.
  static func random(_ random: inout Randomness, _ configuration: LlamaConfiguration) -> ReadingConstants {
    let count = configuration.layerCount * configuration.keyValueHeadCount
    return ReadingConstants(
      biases: random.floats(count), crowding: random.floats(count), scales: random.floats(count, 0.4).map { 1 + $0 })
  }
}

extension MemoryContext {
  /// One memory and no BOS.
  static func ragged(_ random: inout Randomness, _ configuration: LlamaConfiguration) -> MemoryContext {
    MemoryContext(bos: nil, memories: [.ragged(&random, configuration)])
  }

  /// The rows of BOS memory and memories as the twin reads them.
  func plainRows(layer: Int, head: Int) -> [PlainLlama.Row] {
    ((bos.map { [$0] } ?? []) + memories).flatMap { $0.plainRows(layer: layer, head: head) }
  }

  /// Biases and constants, those of all heads and those of each, on a query's scaled logits, by their definition.
  func plainWeigh(_ logits: [Double], layer: Int, head: Int) -> [Double] {
    var weighed = logits
    var column = bos?.rows(layer: layer, head: head).count ?? 0
    let first = column
    for (index, memory) in memories.enumerated() {
      var (scale, bias) = (Double(logitScale), biases.isEmpty ? 0 : Double(biases[index]))
      if let constants {
        let entry = layer * memory.keyValueHeadCount + head
        scale *= Double(constants.scales[entry])
        bias += Double(constants.biases[entry]) + Double(constants.crowding[entry]) * log(Double(memories.count))
      }
      for _ in memory.rows(layer: layer, head: head) {
        weighed[column] = logits[column] * scale + bias
        column += 1
      }
    }
    guard column > first else { return weighed }
    let largest = weighed[first...].max()!
    let logSumExp = log(weighed[first...].reduce(0) { $0 + exp($1 - largest) }) + largest
    for index in first..<column { weighed[index] += (Double(logSumExpScale) - 1) * logSumExp }
    return weighed
  }
}
