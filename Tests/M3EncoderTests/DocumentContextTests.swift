import Glibc
import M3Encoder
import M3Memory
import M3TestSupport
import M3Transformer
import Testing

/// References that have read what stands before them in their document.
@Suite struct DocumentContextTests {
  let tiny = TinyEncoding.shared

  /// The first reference of a window has read nothing but the BOS.
  @Test(arguments: SelectionRule.allCases, Producer.KeySpace.allCases)
  func theFirstReferenceIsAsOnItsOwn(rule: SelectionRule, keySpace: Producer.KeySpace) throws {
    var random = Randomness(seed: 11)
    let (first, second) = (random.tokens(40, vocabulary: 300), random.tokens(90, vocabulary: 300))
    let encoder = makeEncoder(rule, keySpace: keySpace)
    let alone = try encoder.encode([first, second])
    let together = try encoder.encode([DocumentWindow(references: [first, second])])
    #expect(together.count == 2)
    #expect(together[0] == alone[0])
    #expect(together[1] != alone[1])
  }

  @Test(arguments: SelectionRule.allCases, SelectionAllocation.allCases)
  func aWindowDoesNotDependOnItsBatch(rule: SelectionRule, allocation: SelectionAllocation) throws {
    var random = Randomness(seed: 12)
    let windows = [[30, 60, 9], [1], [0, 12], [64, 64], [5, 0, 5]].map { counts in
      DocumentWindow(references: counts.map { random.tokens($0, vocabulary: 300) }, precedingCount: counts.count / 3)
    }
    let alone = try windows.map { try makeEncoder(rule, allocation).encode([$0]) }
    let encoder = makeEncoder(rule, allocation)
    for batch in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 2], []] {
      #expect(try encoder.encode(batch.map { windows[$0] }) == batch.flatMap { alone[$0] })
    }
  }

  /// References that only precede are read like the others and give no memory.
  @Test func precedingReferencesGiveNoMemory() throws {
    var random = Randomness(seed: 13)
    let references = [20, 33, 15].map { random.tokens($0, vocabulary: 300) }
    let all = try makeEncoder(.reconstruction).encode([DocumentWindow(references: references)])
    for count in 0...3 {
      let window = DocumentWindow(references: references, precedingCount: count)
      #expect(try makeEncoder(.reconstruction).encode([window]) == Array(all[count...]))
    }
  }

  /// Keys, values and scores of the second reference, cut from one pass over both.
  @Test(arguments: SelectionRule.allCases)
  func theSecondReferenceIsCutFromOnePass(rule: SelectionRule) throws {
    var random = Randomness(seed: 14)
    let (first, second) = (random.tokens(37, vocabulary: 300), random.tokens(26, vocabulary: 300))
    let bos: [Int32] = [0, 5]
    let encoder = makeEncoder(rule, tokensPerHead: 26, bos: bos)
    let memory = try encoder.encode([DocumentWindow(references: [first, second])])[1]
    let rows = bos.count + first.count..<bos.count + first.count + second.count
    let pass = tiny.twin.run(tokens: bos + first + second, positions: Array(0..<rows.upperBound))
    for layer in 0..<2 {
      for head in 0..<2 {
        let found = (layer * 2 + head) * 26 * 16..<(layer * 2 + head + 1) * 26 * 16
        let keys = rows.flatMap { pass.layers[layer].keysBeforeRotation[$0][head] }
        let values = rows.flatMap { pass.layers[layer].values[$0][head] }
        #expect(largestDifference(Array(memory.keys[found]), keys) < 1e-5)
        #expect(largestDifference(Array(memory.values[found]), values) < 1e-5)
      }
    }
    let expected = try expectedScores(rule, pass, rows: rows, bos: bos, second: second, memory: memory)
    #expect(largestDifference(encoder.scores[1], expected) < 2e-4)
  }

  /// Stored after rotation, the keys stand where a reader wants them and not where they were read.
  @Test func rotatedKeysStandBehindTheBOS() throws {
    var random = Randomness(seed: 15)
    let window = DocumentWindow(references: [random.tokens(50, vocabulary: 300), random.tokens(31, vocabulary: 300)])
    let before = try makeEncoder(.attention).encode([window])[1]
    let after = try makeEncoder(.attention, keySpace: .afterRotation).encode([window])[1]
    #expect(before.positions == after.positions)
    let producer = try tiny.producer(tiny.configuration())
    let rotated = Rotation(producer, positionCount: 32).rotatedKeys(before, firstPosition: 1)
    #expect(largestDifference(rotated, after.keys.map { Double($0) }) < 1e-5)
  }

  private func makeEncoder(
    _ rule: SelectionRule, _ allocation: SelectionAllocation = .adaptive, tokensPerHead: Int = 8,
    keySpace: Producer.KeySpace = .beforeRotation, bos: [Int32] = [0]
  ) -> ReferenceEncoder {
    ReferenceEncoder(
      model: tiny.model, bos: tiny.bos(bos),
      configuration: tiny.configuration(rule, allocation, tokensPerHead: tokensPerHead, keySpace: keySpace))
  }

  /// (entries, T) of the second reference, by the definitions; `rows` are its tokens in `pass`.
  private func expectedScores(
    _ rule: SelectionRule, _ pass: PlainLlama.Result, rows: Range<Int>, bos: [Int32], second: [Int32],
    memory: SparseMemory
  ) throws -> [Double] {
    let count = second.count
    let repetition = rule == .reconstruction ? try repetition(of: second, bos: bos, memory: memory) : nil
    var scores = [Double](repeating: rule == .attentionExp ? -.infinity : 0, count: 4 * count)
    for layer in 0..<2 {
      let found = pass.layers[layer]
      for head in 0..<4 {
        for (token, row) in rows.enumerated() {
          let score = (layer * 2 + head / 2) * count + token
          switch rule {
          case .attention, .attentionExp:
            for query in rows {
              let exponentials = rows.map { key in
                exp(dot(found.queriesBeforeRotation[query][head], found.keysBeforeRotation[key][head / 2]) / 4)
              }
              if rule == .attention {
                scores[score] += exponentials[token] / exponentials.reduce(0, +)
              } else {
                scores[score] = log(exp(scores[score]) + exponentials[token])
              }
            }
          case .received:
            for query in rows { scores[score] += found.probabilities[head][query][row] }
          case .reconstruction:
            let probabilities = repetition!.layers[layer].probabilities[head]
            for query in probabilities.suffix(count) {
              scores[score] = max(scores[score], query[bos.count + token])
            }
          case .all: break
          }
        }
      }
    }
    return scores
  }

  /// The repetition of a reference that is read from its whole memory, behind the BOS.
  private func repetition(of tokens: [Int32], bos: [Int32], memory: SparseMemory) throws -> PlainLlama.Result {
    let prompt = tiny.configuration().repeatPrompt
    let rotated = Rotation(try tiny.producer(tiny.configuration()), positionCount: 128)
      .rotatedKeys(memory, firstPosition: 128 - tokens.count)
    let bosRows = tiny.twin.run(tokens: bos, positions: Array(bos.indices)).layers
    return tiny.twin.run(
      tokens: prompt + tokens, positions: (0..<prompt.count + tokens.count).map { 128 + $0 },
      memory: { layer, head in
        let own = tokens.indices.map { token in
          let first = ((layer * 2 + head) * tokens.count + token) * 16
          return PlainLlama.Row(
            key: rotated[first..<first + 16].map { Double($0) },
            value: memory.values[first..<first + 16].map { Double($0) })
        }
        return bos.indices.map { .init(key: bosRows[layer].keys[$0][head], value: bosRows[layer].values[$0][head]) }
          + own
      })
  }

  private func dot(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
}
