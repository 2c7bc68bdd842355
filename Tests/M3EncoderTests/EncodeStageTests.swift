import M3Bytes
import M3Codec
import M3Encoder
import M3JSON
import M3Memory
import M3Records
import M3Spool
import M3Stage
import M3TestSupport
import M3Text
import Testing

@Suite struct EncodeStageTests {
  let tiny = TinyEncoding.shared

  @Test(arguments: [SelectionRule.attention, .reconstruction])
  func workersDoNotChangeAByte(rule: SelectionRule) throws {
    let folder = try TemporaryFolder()
    let input = try manyReferences(folder)
    let spools = try [1, 2, 5].map { workers in
      try run(input, folder: "\(folder.path)/\(workers)", tiny.configuration(rule), workers: workers).bytes
    }
    #expect(spools[0] == spools[1])
    #expect(spools[0] == spools[2])
  }

  @Test func spoolHoldsTheMemoriesInOrder() throws {
    let folder = try TemporaryFolder()
    let configuration = tiny.configuration()
    let input = try StageInput(name: "part-00000.jsonl.zst", path: TinyEncoding.referencesPath)
    let (_, output, account, progress) = try run(input, folder: folder.path, configuration, workers: 2)
    #expect(output.name == "part-00000.spool.lz4")
    #expect(output.byteCount == (try FilePaths.size(folder.file(output.name))))
    #expect(output.digest == (try SHA256Digest.ofFile(folder.file(output.name))))

    let encoder = ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: configuration)
    let reader = try SpoolReader(path: folder.file(output.name))
    #expect(reader.producer == (try tiny.producer(configuration)))
    #expect(reader.bos == tiny.bos())
    var rows = 0
    for reference in tiny.references {
      let expected = try encoder.encode([tiny.tokenizer.encode(reference.text)])[0]
      let found = try #require(try reader.next())
      #expect(found.id == reference.id)
      #expect(found.memory.positions == expected.positions)
      #expect(found.memory.counts == expected.counts)
      #expect(found.memory.keys == expected.keys.map { BFloat16.value(BFloat16.bits($0)) })
      #expect(found.memory.values == expected.values.map { BFloat16.value(BFloat16.bits($0)) })
      rows += expected.rowCount
    }
    #expect(try reader.next() == nil)
    #expect(account.input == 3)
    #expect(account.kept == 3)
    #expect(account.totals == ["tokens": 154 + 133 + 68, "kept_key_values": rows])
    #expect(progress == 3)
  }

  /// 60 references of 8 documents, in windows of at most 100 tokens.
  @Test(arguments: [SelectionRule.received, .reconstruction])
  func documentsAreReadInWindows(rule: SelectionRule) throws {
    let folder = try TemporaryFolder()
    let input = try manyReferences(folder, documents: 8)
    let configuration = tiny.configuration(rule, context: .document, documentTokens: 100)
    let spools = try [1, 2, 5].map { workers in
      try run(input, folder: "\(folder.path)/\(workers)", configuration, workers: workers).bytes
    }
    #expect(spools[0] == spools[1])
    #expect(spools[0] == spools[2])

    var cutter = WindowCutter(context: .document, tokenLimit: 100)
    let references = try self.references(input).map {
      TokenizedReference(id: $0.id, documentID: $0.documentID, tokens: tiny.tokenizer.encode($0.text))
    }
    var windows = references.compactMap { cutter.append($0) }
    if let last = cutter.finish() { windows.append(last) }
    #expect(windows.contains { $0.precedingCount > 0 })
    #expect(windows.contains { $0.references.count > 1 })
    let encoder = ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: configuration)
    let reader = try SpoolReader(path: "\(folder.path)/1/part-00000.spool.lz4")
    for window in windows {
      let tokens = DocumentWindow(references: window.references.map(\.tokens), precedingCount: window.precedingCount)
      for (reference, memory) in zip(window.references[window.precedingCount...], try encoder.encode([tokens])) {
        let found = try #require(try reader.next())
        #expect(found.id == reference.id)
        #expect(found.memory.positions == memory.positions)
        #expect(found.memory.keys == memory.keys.map { BFloat16.value(BFloat16.bits($0)) })
        #expect(found.memory.values == memory.values.map { BFloat16.value(BFloat16.bits($0)) })
      }
    }
    #expect(try reader.next() == nil)
  }

  /// Documents of one reference give the bytes of references that are encoded on their own.
  @Test func documentsOfOneReference() throws {
    let folder = try TemporaryFolder()
    let input = try manyReferences(folder)
    let alone = try run(input, folder: "\(folder.path)/alone", tiny.configuration(), workers: 2)
    let documents = try run(
      input, folder: "\(folder.path)/documents", tiny.configuration(context: .document), workers: 2)
    #expect(alone.bytes == documents.bytes)
    #expect(alone.account == documents.account)
  }

  @Test func anEmptyPartGivesAnEmptySpool() throws {
    let folder = try TemporaryFolder()
    let writer = try RecordWriter(path: folder.file("empty.jsonl.zst"))
    _ = try writer.commit()
    let input = try StageInput(name: "empty.jsonl.zst", path: folder.file("empty.jsonl.zst"))
    let (_, output, account, _) = try run(input, folder: folder.path, tiny.configuration(), workers: 2)
    #expect(account == StageAccount())
    #expect(try SpoolReader(path: folder.file(output.name)).next() == nil)
  }

  /// A reference that must not be encoded, behind one that may.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let rule: SelectionRule
    let text: String
    var claimed: Int?
    let problem: @Sendable (Int) -> FormatError.Problem
  }

  static let refusals = [
    Refusal(testDescription: "another tokenizer", rule: .attention, text: "some text", claimed: 3) {
      .mismatch(expected: "3 tokens", found: "\($0): chunked with another tokenizer")
    },
    Refusal(
      testDescription: "longer than the context", rule: .attention, text: String(repeating: "memory ", count: 200)
    ) {
      .outOfRange(found: "\($0 + 1) positions", allowed: "512")
    },
    Refusal(
      testDescription: "longer than the context, repeated", rule: .reconstruction,
      text: String(repeating: "memory ", count: 60)
    ) {
      let prompt = TinyEncoding.shared.configuration().repeatPrompt.count
      return .outOfRange(found: "\(max(128, $0 + 1) + prompt + $0) positions", allowed: "512")
    },
  ]

  @Test(arguments: refusals, [1, 2])
  func refuses(_ refusal: Refusal, workers: Int) throws {
    let folder = try TemporaryFolder()
    let count = tiny.tokenizer.encode(refusal.text).count
    let writer = try RecordWriter(path: folder.file("bad.jsonl.zst"))
    try writer.write(tiny.references[2])
    try writer.write(
      Reference(
        id: "bad#0", text: refusal.text, documentID: "bad", chunk: 0, start: 0, end: refusal.text.utf8.count,
        tokenCount: refusal.claimed ?? count))
    _ = try writer.commit()
    let input = try StageInput(name: "bad.jsonl.zst", path: folder.file("bad.jsonl.zst"))
    let error = #expect(throws: FormatError.self) {
      try run(input, folder: folder.path, tiny.configuration(refusal.rule), workers: workers)
    }
    #expect(error?.problem == refusal.problem(count))
    #expect(error?.field == "token_count")
    #expect(error?.record == "bad#0")
    #expect(error?.file == "bad.jsonl.zst")
    #expect(try FilePaths.list(folder.path) == ["_done", "_runs", "bad.jsonl.zst", "plan.json"])
  }

  @Test func aBadLineIsNamed() throws {
    let folder = try TemporaryFolder()
    var lines: [UInt8] = []
    tiny.references[2].appendLine(to: &lines)
    try folder.write(ZstdFrame.compress(lines + Array("{\"id\":\"x#0\"}\n".utf8), level: 3), "bad.jsonl.zst")
    let input = try StageInput(name: "bad.jsonl.zst", path: folder.file("bad.jsonl.zst"))
    let error = #expect(throws: FormatError.self) {
      try run(input, folder: folder.path, tiny.configuration(), workers: 2)
    }
    #expect(error?.line == 2)
    #expect(error?.file == "bad.jsonl.zst")
  }

  private func run(
    _ input: StageInput, folder path: String, _ configuration: EncoderConfiguration, workers: Int,
    badInput: BadInputPolicy = .fail
  ) throws -> (bytes: [UInt8], output: StageOutput, account: StageAccount, progress: Int) {
    let folder = StageFolder(path)
    let stage = EncodeStage(
      model: tiny.model, tokenizer: tiny.tokenizer, producer: try tiny.producer(configuration), bos: tiny.bos(),
      configuration: configuration, badInput: badInput, workers: workers)
    let work = StageWork(
      folder: folder, definition: StageDefinition(name: "encode", version: EncodeStage.version, settings: [:]),
      sources: { [[StageSource(name: input.name, path: input.path, byteCount: input.byteCount)]] })
    var output: StageOutput?
    var progress = 0
    let summary = try StageRunner(work, plan: work.plan(), workers: workers).run { task in
      let result = try stage.run(task, folder: folder) { progress += $0 }
      output = result.outputs.first { $0.name == EncodeStage.outputName(task) }
      #expect(result.outputs.contains { $0.name == MemorySurvey.fileName(taskNumber: task.number) })
      return result
    }
    let written = try #require(output)
    return (
      try ReadableFile.contents(of: folder.file(written.name), limit: 1 << 24), written, summary.account, progress
    )
  }

  private func references(_ input: StageInput) throws -> [Reference] {
    let reader = try ReferenceReader(path: input.path)
    var references: [Reference] = []
    while case .record(let reference)? = try reader.next() { references.append(reference) }
    return references
  }

  /// 60 references of several lengths: more than a batch for each worker.
  private func manyReferences(_ folder: TemporaryFolder, documents: Int = 60) throws -> StageInput {
    let path = folder.file("many.jsonl.zst")
    let writer = try RecordWriter(path: path)
    for index in 0..<60 {
      let text = String(tiny.references[index % 3].text.prefix(10 + index * 3))
      let document = index * documents / 60
      let chunk = index - (document * 60 + documents - 1) / documents
      try writer.write(
        Reference(
          id: "text \(document)#\(chunk)", text: text, documentID: "text \(document)", chunk: chunk, start: 0,
          end: text.utf8.count, tokenCount: tiny.tokenizer.encode(text).count))
    }
    _ = try writer.commit()
    return try StageInput(name: "many.jsonl.zst", path: path)
  }
}
