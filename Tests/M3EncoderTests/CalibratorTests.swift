import Glibc
import M3Bytes
import M3Encoder
import M3JSON
import M3Memory
import M3Records
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights
import Testing

/// Rankings against a model that is computed as on a blackboard.
@Suite struct CalibratorTests {
  let tiny = TinyEncoding.shared

  /// The tiny model has three control tokens: each of them is measured on the whole sample.
  @Test func perplexities() throws {
    let sample = try CalibrationSample(input: TinyEncoding.referencesPath, count: 10, tokenizer: tiny.tokenizer)
    #expect(sample.references == tiny.references.map { $0.tokenIDs! })
    let calibration = try calibrator().calibrate(sample)
    var expected = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"].map { ($0, perplexity($0, sample.references)) }
    let best = expected.min { $0.1 < $1.1 }!.0
    expected.append((best + "Reference:", perplexity(best + "Reference:", sample.references)))
    expected.sort { $0.1 < $1.1 }
    #expect(calibration.bos.map(\.text) == expected.map(\.0))
    for (found, expected) in zip(calibration.bos, expected) {
      #expect(abs(Double(found.perplexity)! / expected.1 - 1) < 1e-5)
    }
  }

  @Test func heads() throws {
    let sample = try CalibrationSample(input: TinyEncoding.referencesPath, count: 10, tokenizer: tiny.tokenizer)
    let calibration = try calibrator().calibrate(sample)
    let bos = tiny.tokenizer.encodeWithControlTokens(calibration.bos[0].text)
    var expected: [(head: KeyValueHead, score: Double)] = []
    let sums = sample.references.map { largestAttention($0, bos: bos) }
    for entry in 0..<4 {
      let sum = sums.reduce(0) { $0 + $1[entry] }
      expected.append((KeyValueHead(layer: entry / 2, head: entry % 2), sum / Double(sample.tokenCount)))
    }
    expected.sort { $0.score > $1.score }
    #expect(calibration.heads.map(\.head) == expected.map(\.head))
    for (found, expected) in zip(calibration.heads, expected) {
      #expect(abs(Double(found.score)! - expected.score) < 1e-5)
    }
  }

  @Test func workersDoNotChangeIt() throws {
    let folder = try TemporaryFolder()
    let input = try write(texts(40), folder)
    let sample = try CalibrationSample(input: input, count: 30, tokenizer: tiny.tokenizer)
    let calibrations = try [1, 2, 5].map { try calibrator(workers: $0).calibrate(sample) }
    #expect(calibrations[0] == calibrations[1])
    #expect(calibrations[0] == calibrations[2])
  }

  @Test func progressAddsUp() throws {
    let sample = try CalibrationSample(input: TinyEncoding.referencesPath, count: 10, tokenizer: tiny.tokenizer)
    var count = 0
    _ = try calibrator(workers: 2).calibrate(sample) { count += $0 }
    #expect(count == calibrator().readingCount(sample))
  }

  /// Of many control tokens, the declared BOS and the two that do best on every twelfth reference are measured.
  @Test func manyControlTokensAreScreened() throws {
    let folder = try TemporaryFolder()
    var shape = RandomLlama()
    shape.vocabulary = 312
    let file = try GGUFFile(path: folder.write(GGUFBuilder(shape, seed: 4).bytes, "model.gguf"))
    var definition = try TokenizerDefinition(tiny.file)
    for index in 0..<12 {
      definition.tokens.append(Array("<|control \(index)|>".utf8))
      definition.types.append(3)
    }
    let (model, tokenizer, twin) = (try LlamaModel(file), try Tokenizer(definition), try PlainLlama(file))
    let input = try write(texts(26), folder)
    let sample = try CalibrationSample(input: input, count: 26, tokenizer: tokenizer)
    let calibrator = Calibrator(
      model: model, tokenizer: tokenizer, identity: identity, repeatPrompt: "again:", workers: 2)
    var count = 0
    let calibration = try calibrator.calibrate(sample) { count += $0 }
    #expect(count == calibrator.readingCount(sample))
    #expect(count == 15 * 3 + 5 * 26)

    let some = [0, 12, 24].map { sample.references[$0] }
    let screened = ([0, 2] + (300..<312)).map { (token: Int32($0), perplexity(twin, [Int32($0)], some)) }
      .sorted { $0.1 < $1.1 }.map(\.token)
    let finalists = [1] + screened.prefix(2)
    let measured = finalists.map { ($0, perplexity(twin, [$0], sample.references)) }.sorted { $0.1 < $1.1 }
    let single = calibration.bos.filter { !$0.text.hasSuffix("Reference:") }
    #expect(single.map { tokenizer.token(spelled: $0.text) } == measured.map(\.0))
    #expect(calibration.bos.count == 4)
  }

  @Test func aReferenceThatTheContextCannotHold() throws {
    let folder = try TemporaryFolder()
    let input = try write([String(repeating: "memory ", count: 60)], folder)
    let sample = try CalibrationSample(input: input, count: 1, tokenizer: tiny.tokenizer)
    let error = #expect(throws: FormatError.self) { try calibrator().calibrate(sample) }
    guard case .outOfRange(_, "512") = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  private var identity: ModelIdentity {
    ModelIdentity(digest: .of([1]), tokenizerFingerprint: "0123456789abcdef", layerCount: 2, keyValueHeadCount: 2)
  }

  private func calibrator(workers: Int = 1) -> Calibrator {
    Calibrator(
      model: tiny.model, tokenizer: tiny.tokenizer, identity: identity, repeatPrompt: "\n\nRepeat the text above:\n",
      workers: workers)
  }

  private func perplexity(_ bos: String, _ references: [[Int32]]) -> Double {
    perplexity(tiny.twin, tiny.tokenizer.encodeWithControlTokens(bos), references)
  }

  private func perplexity(_ twin: PlainLlama, _ bos: [Int32], _ references: [[Int32]]) -> Double {
    var loss = 0.0
    for reference in references {
      let tokens = bos + reference
      let logits = twin.run(tokens: tokens, positions: Array(tokens.indices)).logits
      for (index, token) in reference.enumerated() {
        let row = logits[bos.count + index - 1]
        loss += log(row.reduce(0) { $0 + exp($1) }) - row[Int(token)]
      }
    }
    return exp(loss / Double(references.reduce(0) { $0 + $1.count }))
  }

  /// Σ over tokens of the largest attention that each receives from the repetition: (entries).
  private func largestAttention(_ reference: [Int32], bos: [Int32]) -> [Double] {
    let prompt = tiny.configuration().repeatPrompt
    let start = max(128, bos.count + reference.count)
    let first = start - reference.count
    let text = bos + reference
    let read = tiny.twin.run(tokens: text, positions: Array(text.indices)).layers
    // The reference's keys are moved to the places before the repetition.
    let found = tiny.twin.run(
      tokens: prompt + reference, positions: (0..<prompt.count + reference.count).map { start + $0 },
      memory: { layer, head in
        text.indices.map { token in
          let key =
            token < bos.count
            ? read[layer].keys[token][head]
            : rotated(read[layer].keysBeforeRotation[token][head], position: first + token - bos.count)
          return .init(key: key, value: read[layer].values[token][head])
        }
      })
    return (0..<4).map { entry in
      reference.indices.reduce(0) { sum, token in
        let attention = (0..<2).flatMap { member in
          found.layers[entry / 2].probabilities[entry % 2 * 2 + member].suffix(reference.count).map {
            $0[bos.count + token]
          }
        }
        return sum + attention.max()!
      }
    }
  }

  private func rotated(_ key: [Double], position: Int) -> [Double] {
    let half = key.count / 2
    var rotated = key
    for pair in 0..<half {
      let angle = Double(position) * pow(50_000, -Double(pair) / Double(half))
      rotated[pair] = key[pair] * cos(angle) - key[pair + half] * sin(angle)
      rotated[pair + half] = key[pair + half] * cos(angle) + key[pair] * sin(angle)
    }
    return rotated
  }

  private func texts(_ count: Int) -> [String] {
    (0..<count).map { String(tiny.references[$0 % 3].text.dropFirst($0).prefix(12 + $0)) }
  }

  private func write(_ texts: [String], _ folder: TemporaryFolder) throws -> String {
    let path = folder.file("part-00000.jsonl.zst")
    let writer = try RecordWriter(path: path)
    for (index, text) in texts.enumerated() {
      try writer.write(
        Reference(
          id: "\(index)#0", text: text, documentID: "\(index)", chunk: 0, start: 0, end: text.utf8.count,
          tokenCount: tiny.tokenizer.encode(text).count))
    }
    _ = try writer.commit()
    return path
  }
}
