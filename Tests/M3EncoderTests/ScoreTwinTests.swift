import Glibc
import M3Encoder
import M3Memory
import M3TestSupport
import M3Transformer
import Testing

/// Each rule's scores, and the vectors that are kept, against the slow twin.
@Suite struct ScoreTwinTests {
  let tiny = TinyEncoding.shared

  @Test(arguments: SelectionRule.allCases, [1, 2, 9, 63, 64, 65])
  func scores(rule: SelectionRule, tokenCount: Int) throws {
    var random = Randomness(seed: UInt64(tokenCount))
    let tokens = random.tokens(tokenCount, vocabulary: 300)
    // The twin reads all in one pass: the reference stays behind the BOS while it is repeated.
    let configuration = tiny.configuration(rule, layers: [1], keySpace: .afterRotation)
    let encoder = ReferenceEncoder(model: tiny.model, bos: tiny.bos([0, 5]), configuration: configuration)
    _ = try encoder.encode([tokens])
    let expected = expectedScores(rule, tokens, bos: [0, 5], layer: 1, prompt: configuration.repeatPrompt)
    #expect(largestDifference(encoder.scores[0], expected) < 2e-4)
  }

  /// Layers and heads are where they belong, whatever the list of layers.
  @Test(arguments: [[0], [1], [0, 1]], Producer.KeySpace.allCases)
  func vectors(layers: [Int], keySpace: Producer.KeySpace) throws {
    var random = Randomness(seed: 3)
    let tokens = random.tokens(12, vocabulary: 300)
    let configuration = tiny.configuration(.attention, tokensPerHead: 4, layers: layers, keySpace: keySpace)
    let encoder = ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: configuration)
    let memory = try encoder.encode([tokens])[0]
    let twin = tiny.twin.run(tokens: [0] + tokens, positions: Array(0...12))
    var row = 0
    for (entry, positions) in memory.kept.enumerated() {
      let layer = twin.layers[layers[entry / 2]]
      let keys = keySpace == .beforeRotation ? layer.keysBeforeRotation : layer.keys
      for position in positions {
        let elements = row * 16..<(row + 1) * 16
        #expect(largestDifference(Array(memory.keys[elements]), keys[position + 1][entry % 2]) < 1e-5)
        #expect(largestDifference(Array(memory.values[elements]), layer.values[position + 1][entry % 2]) < 1e-5)
        row += 1
      }
    }
    #expect(row == memory.rowCount)
    #expect(row == 4 * layers.count * 2)
  }

  /// Keys kept before rotation, rotated to their places, are those kept after it.
  @Test func rotationGivesTheKeysOfTheOtherSpace() throws {
    let tokens = tiny.tokens("Velmora lantern#0")
    func encode(_ keySpace: Producer.KeySpace) throws -> (SparseMemory, Producer) {
      let configuration = tiny.configuration(keySpace: keySpace)
      let encoder = ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: configuration)
      return (try encoder.encode([tokens])[0], try tiny.producer(configuration))
    }
    let (before, producer) = try encode(.beforeRotation)
    let (after, _) = try encode(.afterRotation)
    #expect(before.positions == after.positions)
    let rotated = Rotation(producer, positionCount: 1 + tokens.count).rotatedKeys(before, firstPosition: 1)
    #expect(largestDifference(rotated, after.keys.map { Double($0) }) < 1e-5)
    #expect(largestDifference(before.keys, after.keys.map { Double($0) }) > 0.01)
  }

  /// (entries, T) of one memory layer, by the definitions.
  private func expectedScores(_ rule: SelectionRule, _ tokens: [Int32], bos: [Int32], layer: Int, prompt: [Int32])
    -> [Double]
  {
    let count = tokens.count
    var all = bos + tokens
    var positions = Array(0..<all.count)
    if rule == .reconstruction {
      let start = max(128, all.count)
      positions += (0..<prompt.count + count).map { start + $0 }
      all += prompt + tokens
    }
    let found = tiny.twin.run(tokens: all, positions: positions).layers[layer]
    let own = bos.count..<bos.count + count
    var scores = [Double](repeating: rule == .attentionExp ? -.infinity : 0, count: 2 * count)
    for head in 0..<4 {
      let products = own.map { query in
        own.map { key in
          zip(found.queriesBeforeRotation[query][head], found.keysBeforeRotation[key][head / 2]).reduce(0) {
            $0 + $1.0 * $1.1
          } / 4
        }
      }
      for token in 0..<count {
        let score = head / 2 * count + token
        switch rule {
        case .attention:
          scores[score] += products.reduce(0) { $0 + exp($1[token]) / $1.reduce(0) { $0 + exp($1) } }
        case .attentionExp:
          scores[score] = log(exp(scores[score]) + products.reduce(0) { $0 + exp($1[token]) })
        case .received:
          for query in own { scores[score] += found.probabilities[head][query][bos.count + token] }
        case .reconstruction:
          for query in all.count - count..<all.count {
            scores[score] = max(scores[score], found.probabilities[head][query][bos.count + token])
          }
        case .all: break
        }
      }
    }
    return scores
  }
}
