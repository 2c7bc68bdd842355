import ArgumentParser
import M3Bank
import M3Bytes
import M3Command
import M3Retrieval

/// What m3-index is asked to make.
struct IndexOptions: StageOptions {
  @Argument(help: "The bank: a folder.")
  var bank: String

  @Option(help: "The model that embeds texts: a folder, as sentence-transformers keeps them.")
  var embedder: String

  @Option(help: "The kind of index: auto, or a factory string of faiss such as Flat, HNSW32 or IVF4096,PQ48x8.")
  var factory: String?

  @Option(help: "Signs the index: an Ed25519 private key in PEM, as `openssl genpkey -algorithm ed25519` writes it.")
  var sign: String?

  @OptionGroup var settingsOptions: SettingsOptions

  func job() throws -> any StageJob {
    var section = try settingsOptions.section("index")
    section.override("factory", factory)
    let settings = try IndexSettings(&section)
    let bank = try BankDirectory(path: bank)
    let key = try sign.map { try SigningKey(path: $0) }
    let embedder = try SentenceEmbedder(folder: embedder)
    let configuration = try IndexConfiguration(
      factory: settings.factory, graphEffort: settings.graphEffort, graphSearch: settings.graphSearch,
      probes: settings.probes, trainingCount: settings.trainingCount, dimension: embedder.dimension, count: bank.count)
    return IndexJob(bank: bank, embedder: embedder, configuration: configuration, key: key)
  }
}
