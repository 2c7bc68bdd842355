import M3Bank
import M3Bytes
import M3JSON
import M3Memory
import M3Reader
import M3TestSupport
import Testing

/// What opening a bank refuses, and reading its memories: manifests that are consistent, and files as they say.
@Suite struct OpeningTests {
  let bank: RandomBank
  let manifest: BankManifest

  init() throws {
    bank = try RandomBank(codec: "int8", keySpace: .afterRotation)
    manifest = try BankDirectory(path: bank.folder.path).manifest
  }

  private func replaceManifest(longestReference: JSONValue?, files: [BankManifest.File]? = nil) throws {
    var codec = manifest.codec
    codec["longest_reference"] = longestReference
    let other = try BankManifest(
      producer: manifest.producer, codec: codec, inputFingerprint: manifest.inputFingerprint, shards: manifest.shards,
      files: files ?? manifest.files)
    try bank.folder.write(other.serialized(), "manifest.json")
  }

  @Test(arguments: [nil, -1, 65_536, "40"] as [JSONValue?])
  func aLongestReferenceThatIsNoneIsRefused(value: JSONValue?) throws {
    try replaceManifest(longestReference: value)
    let error = #expect(throws: FormatError.self) { try MemoryBank(path: bank.folder.path) }
    #expect(error?.field == "codec.longest_reference")
  }

  @Test func aBOSMemoryOfAnotherShapeIsRefused() throws {
    let bos = try MemoryBank(path: bank.folder.path).bos
    let other = BOSMemory(
      layerCount: 1, keyValueHeadCount: 1, tokenCount: 1, headDimension: 2, keys: [1, 2], values: [3, 4])
    #expect(other.bytes != bos.bytes)
    try bank.folder.write(other.bytes, "bos.m3m")
    let files = manifest.files.map { file in
      guard file.role == BankRole.bos else { return file }
      return BankManifest.File(
        name: file.name, role: file.role, size: UInt64(other.bytes.count), sha256: .of(other.bytes))
    }
    try replaceManifest(longestReference: .integer(40), files: files)
    let error = #expect(throws: FormatError.self) { try MemoryBank(path: bank.folder.path) }
    #expect(error?.file == "bos.m3m")
  }

  /// The first record has 40 tokens.
  @Test func aMemoryBeyondTheLongestReferenceIsRefused() throws {
    let record = try MemoryBank(path: bank.folder.path).record(index: 0)
    try replaceManifest(longestReference: 39)
    let opened = try MemoryBank(path: bank.folder.path)
    let readings: [() throws -> Void] = [
      { _ = try opened.memory(record) }, { try opened.check(record.payload) }, { _ = try opened.rotatedMemory(record) },
    ]
    for read in readings {
      let error = #expect(throws: FormatError.self) { try read() }
      #expect(error?.field == "token count")
    }
    try replaceManifest(longestReference: 40)
    #expect(try MemoryBank(path: bank.folder.path).memory(record).tokenCount == 40)
  }
}
