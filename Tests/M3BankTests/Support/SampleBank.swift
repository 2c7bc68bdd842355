import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport

/// A small whole bank in a folder of its own: two shards and two files.
struct SampleBank {
  static let producer: JSONObject = ["layers": [0, 1, 5], "model": "tiny", "rope": true]
  static let codec: JSONObject = ["bits": 8, "name": "int8"]
  static let fingerprint = "sample input"
  static let identity = BankIdentity(producer: producer, codec: codec, inputFingerprint: fingerprint)
  static let parts = [Samples.parts(seed: 1), Array(Samples.parts(seed: 2).prefix(3))]

  let folder: TemporaryFolder
  let manifest: BankManifest
  /// Every file's bytes as they were written.
  let contents: [String: [UInt8]]

  init(parts: [[Samples.Parts]] = SampleBank.parts) throws {
    let folder = try TemporaryFolder()
    var shards: [ShardSummary] = []
    for (number, parts) in parts.enumerated() {
      shards.append(try Samples.writeShard(folder, SampleBank.identity.shard(UInt32(number)), parts: parts))
    }
    try AtomicFile.write(Array("the BOS memory".utf8), to: folder.file("bos.m3m"))
    try AtomicFile.write([1, 2, 3], to: folder.file("codebook.m3c"))
    let files = [
      try BankAssembly.file(path: folder.file("codebook.m3c"), role: "codebook"),
      try BankAssembly.file(path: folder.file("bos.m3m"), role: "bos"),
    ]
    let manifest = try BankManifest(
      producer: SampleBank.producer, codec: SampleBank.codec, inputFingerprint: SampleBank.fingerprint,
      shards: shards.reversed(), files: files)
    try BankAssembly.commit(manifest, to: folder.path)
    var contents: [String: [UInt8]] = [:]
    for name in try FilePaths.list(folder.path) { contents[name] = try folder.read(name) }
    self.folder = folder
    self.manifest = manifest
    self.contents = contents
  }

  var records: [BankRecord] {
    SampleBank.parts.enumerated().flatMap { Samples.records($0.element, shard: UInt32($0.offset)) }
  }

  /// Writes another manifest without the checks of an honest commit.
  func replaceManifest(_ manifest: BankManifest) throws {
    try folder.write(manifest.serialized(), "manifest.json")
  }

  /// The manifest with other shards or files, consistent in itself.
  func manifest(shards: [ShardSummary]? = nil, files: [BankManifest.File]? = nil) throws -> BankManifest {
    try BankManifest(
      producer: SampleBank.producer, codec: SampleBank.codec, inputFingerprint: SampleBank.fingerprint,
      shards: shards ?? manifest.shards, files: files ?? manifest.files)
  }
}
