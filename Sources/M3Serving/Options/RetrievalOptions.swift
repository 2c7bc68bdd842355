public import ArgumentParser
public import M3Command
public import M3Inference
public import M3Reader

/// How references are found and how their memories are read.
public struct RetrievalOptions: ParsableArguments {
  @Option(
    help: "The model that embeds texts, the one that made the index: a folder. Without it, nothing is retrieved.")
  public var embedder: String?

  @Option(help: "Memories that a chunk of 64 tokens reads at most.")
  public var memories: Int?

  @Option(help: "References less similar than this are not read.")
  public var gate: Float?

  @Flag(help: "Encodes references when they are first retrieved, in place of reading the bank's memories.")
  public var cold = false

  @Option(help: "A folder that keeps what --cold encodes.")
  public var keep: String?

  @OptionGroup public var settingsOptions: SettingsOptions

  public init() {}

  public func validate() throws {
    guard keep == nil || cold else { throw ValidationError("--keep keeps what --cold encodes") }
    guard embedder != nil || (memories == nil && gate == nil && !cold) else {
      throw ValidationError("--memories, --gate and --cold need --embedder: nothing is retrieved without it")
    }
  }

  public func settings() throws -> RetrievalSettings {
    var section = try settingsOptions.section("read")
    section.override("memories", memories.map(String.init))
    section.override("gate", gate.map { "\($0)" })
    return try ReadSettings(&section).retrieval
  }

  /// What finds references by their texts.
  /// - Throws: ``UsageError`` without an embedder; as ``BankSearch``.
  public func search(_ bank: MemoryBank) throws -> BankSearch {
    guard let embedder else {
      throw UsageError("--embedder is wanted: the folder of the model that m3-index embedded the references with")
    }
    return try BankSearch(bank: bank, embedderFolder: embedder)
  }

  /// What gives every chunk its memories.
  /// - Throws: as ``search(_:)``, and as ``ColdMemories``.
  public func retriever(_ reading: BankReading) throws -> MemoryRetriever {
    MemoryRetriever(
      search: try search(reading.bank), source: try source(reading), bos: reading.assembler.bos,
      constants: reading.assembler.constants,
      settings: try settings())
  }

  /// As ``retriever(_:)``, or nil without an embedder; settings are checked in any case.
  public func retrieverIfWanted(_ reading: BankReading) throws -> MemoryRetriever? {
    if embedder != nil { return try retriever(reading) }
    _ = try settings()
    return nil
  }

  private func source(_ reading: BankReading) throws -> any MemorySource {
    cold ? try ColdMemories(reading, keep: keep) : reading.source
  }
}
