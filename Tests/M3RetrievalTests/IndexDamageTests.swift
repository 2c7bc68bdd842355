import M3Bank
import M3Bytes
import M3JSON
import M3Retrieval
import M3TestSupport
import Testing

@Suite("An index that is not the bank's") struct IndexDamageTests {
  private let bank: IndexedBank

  init() throws {
    bank = try IndexedBank(shardCounts: [9, 6], text: sentences(seed: 1))
    try bank.index(WordEmbedder(dimension: 4))
  }

  private func open() throws -> RetrievalIndex { try RetrievalIndex(bank: bank.open()) }

  private func expect(_ matches: (FormatError) -> Bool, _ what: String = "") {
    #expect("\(what)") {
      _ = try open()
    } throws: { error in
      guard let error = error as? FormatError else { return false }
      return matches(error)
    }
  }

  @Test("Each bit of either file, flipped", arguments: ["index.faiss", "index.json"])
  func flippedBits(name: String) throws {
    let bytes = try bank.read(name)
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try bank.write(damaged, name)
      expect({ $0.file?.hasSuffix(name) == true }, "bit \(bit)")
    }
    try bank.write(bytes, name)
    _ = try open()
  }

  @Test("Either file, cut to each length or longer", arguments: ["index.faiss", "index.json"])
  func cut(name: String) throws {
    let bytes = try bank.read(name)
    for length in 0..<bytes.count {
      try bank.write(Array(bytes[..<length]), name)
      expect({ $0.file?.hasSuffix(name) == true }, "length \(length)")
    }
    try bank.write(bytes + [0], name)
    expect { $0.file?.hasSuffix(name) == true }
  }

  @Test("A file that is gone", arguments: ["index.faiss", "index.json"])
  func missing(name: String) throws {
    try FilePaths.remove(FilePaths.join(bank.path, name))
    #expect {
      _ = try open()
    } throws: { error in
      guard let error = error as? FileError else { return false }
      return error.isMissing && error.path.hasSuffix(name)
    }
  }

  @Test("Another bank's, with both roots") func stale() throws {
    let other = try IndexedBank(shardCounts: [9, 6], fingerprint: "other", text: sentences(seed: 2))
    try other.index(WordEmbedder(dimension: 4))
    for name in ["index.faiss", "index.json"] { try bank.write(other.read(name), name) }
    let (expected, found) = (try bank.open().manifest.root, try other.open().manifest.root)
    #expect(expected != found)
    expect { error in
      error.field == "index.bank_root"
        && error.problem
          == .mismatch(expected: "the bank's root \(expected)", found: "an index of root \(found)")
    }
  }

  @Test("Another embedder's, with both") func otherEmbedder() throws {
    let index = try open()
    try index.requireEmbedder(WordEmbedder(dimension: 4).identity)
    #expect {
      try index.requireEmbedder(WordEmbedder(dimension: 4, seed: 3).identity)
    } throws: { error in
      guard let error = error as? FormatError, case .mismatch(let expected, let found) = error.problem else {
        return false
      }
      return error.field == "index.embedder" && expected.contains("seed 3") && found.contains("seed 0")
    }
  }

  /// Another index under a manifest that is consistent in itself and fits the bank.
  private func replace(_ bytes: [UInt8], dimension: Int = 4) throws {
    let found = try IndexManifest(bank: bank.path)
    try bank.write(bytes, "index.faiss")
    let manifest = try IndexManifest(
      bankRoot: found.bankRoot, embedder: found.embedder, factory: found.factory, dimension: dimension,
      count: found.count, search: [:], size: UInt64(bytes.count), sha256: .of(bytes))
    try bank.write(manifest.serialized(), "index.json")
  }

  /// A list that names a vector which is not there: faiss reads it, and gives its number to whoever searches.
  @Test func positionsBeyondTheVectors() throws {
    let embedder = WordEmbedder(dimension: 4)
    let other = try IndexedBank(shardCounts: [9, 6], text: sentences(seed: 1))
    try other.index(embedder, factory: "IVF1,Flat")
    func bytes(_ positions: [UInt64]) -> [UInt8] {
      positions.flatMap { position in withUnsafeBytes(of: position.littleEndian) { Array($0) } }
    }
    let whole = bytes(Array(0..<15))
    let file = try other.read("index.faiss")
    let start = file.count - whole.count
    try #require(Array(file[start...]) == whole)
    for position: UInt64 in [15, 1 << 40, 1 << 62] {
      var lying = file
      lying.replaceSubrange(start..., with: bytes(Array(0..<14) + [position]))
      try replace(lying)
      #expect {
        try open().search(embedder.embed(["a question"]), count: 15)
      } throws: { error in
        guard let error = error as? FormatError else { return false }
        return error.field == "index.position" && error.file?.hasSuffix("index.faiss") == true
          && error.problem == .outOfRange(found: "\(position)", allowed: "0 ..< 15")
      }
    }
  }

  /// A manifest that is consistent in itself and fits the bank, beside a file that faiss reads and that is another one.
  @Test("A manifest that says something else than the file, its hash right")
  func otherShape() throws {
    let bytes = try bank.read("index.faiss")
    try replace(bytes, dimension: 5)
    expect { $0.field == "dimension" && $0.problem == .mismatch(expected: "5", found: "4") }
    try replace(bytes + [7])
    expect { $0.field == "index" && $0.problem == .malformed("1 bytes too many") }
    let smaller = try IndexedBank(shardCounts: [14], text: sentences(seed: 1))
    try smaller.index(WordEmbedder(dimension: 4))
    try replace(smaller.read("index.faiss"))
    expect { $0.field == "count" && $0.problem == .mismatch(expected: "15", found: "14") }
    // Bytes that are no index at all: faiss's own refusal, as an error.
    for wrong in [Array("nonsense".utf8), Array("IxF2".utf8), Array(bytes.prefix(30))] {
      try replace(wrong)
      expect { $0.field == "index" && "\($0)".contains("faiss cannot read") }
    }
    try replace(bytes)
    _ = try open()
  }
}
