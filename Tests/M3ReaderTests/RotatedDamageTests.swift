import M3Bank
import M3Bytes
import M3Codec
import M3Memory
import M3Reader
import M3TestSupport
import Testing

/// Damage is told as when a record is read and decoded in two steps.
@Suite struct RotatedDamageTests {
  /// What is wrong with a record's payload, and where: nil where nothing is.
  private func error(_ body: () throws -> Void) throws -> FormatError? {
    do {
      try body()
      return nil
    } catch let error as FormatError {
      return error
    }
  }

  /// The errors of all ways of reading, which must be one.
  private func error(_ bank: MemoryBank, _ index: Int) throws -> FormatError? {
    let expected = try error { _ = try bank.memory(bank.record(index: index)) }
    let found = try error { _ = try bank.rotatedMemory(at: index) }
    #expect(found == expected)
    let ofRecord = try error { _ = try bank.rotatedMemory(bank.record(index: index)) }
    #expect(ofRecord == expected)
    return found
  }

  @Test(arguments: CodecRegistry.untrainedNames) func everyChangedByteOfAFrameIsFound(codec: String) throws {
    let stored = try RandomBank(codec: codec, keySpace: .beforeRotation)
    let bytes = try stored.folder.read("shard-00000.m3s")
    let bank = try MemoryBank(path: stored.folder.path)
    let shard = try bank.directory.shard(0)
    for index in [1, 3] {
      let entry = shard.entry(at: index)
      for place in Int(entry.offset)..<Int(entry.offset) + entry.compressedLength {
        var damaged = bytes
        damaged[place] ^= 1
        // The same file, rewritten in place under the open shard.
        try stored.folder.write(damaged, "shard-00000.m3s")
        #expect(try error(bank, index)?.field == "record sum")
      }
    }
    try stored.folder.write(bytes, "shard-00000.m3s")
    #expect(try error(bank, 1) == nil)
    try stored.folder.write(Array(bytes[..<200]), "shard-00000.m3s")
    guard case .truncated? = try error(bank, 3)?.problem else {
      Issue.record("a shard that was cut")
      return
    }
  }

  struct Forgery: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let codec: String
    let field: String
    let change: @Sendable (inout [UInt8]) -> Void
  }

  /// Payloads whose sums fit: of three layers, two heads and 16 elements.
  static let forgeries = [
    Forgery(testDescription: "empty", codec: "int4", field: "token count") { $0 = [] },
    Forgery(testDescription: "cut", codec: "int4", field: "vectors") { $0.removeLast() },
    Forgery(testDescription: "longer than the longest reference", codec: "int4", field: "token count") { $0[0] = 41 },
    Forgery(testDescription: "more kept than there are", codec: "int4", field: "positions") { $0[2] = 200 },
    Forgery(testDescription: "a position twice", codec: "int4", field: "positions") { $0[9] = $0[8] },
    Forgery(testDescription: "a scale that is infinite", codec: "int4", field: "vectors") {
      $0[$0.count - 9] = 0x7C
    },
    Forgery(testDescription: "a scale below zero", codec: "int4", field: "vectors") { $0[$0.count - 9] = 0xBC },
    Forgery(testDescription: "an element that is no number", codec: "bf16", field: "vectors") {
      ($0[$0.count - 2], $0[$0.count - 1]) = (0xC0, 0x7F)
    },
    Forgery(testDescription: "a long one in bf16", codec: "bf16", field: "token count") { $0[0] = 200 },
  ]

  @Test(arguments: forgeries, Producer.KeySpace.allCases)
  func forgedPayloadsAreRefused(forgery: Forgery, keySpace: Producer.KeySpace) throws {
    let stored = try RandomBank(codec: forgery.codec, keySpace: keySpace) { index, payload in
      if index == 8 { forgery.change(&payload) }
    }
    let bank = try MemoryBank(path: stored.folder.path)
    let found = try error(bank, 8)
    #expect(found?.field == forgery.field)
    #expect(found?.record == "r8#0")
    for index in [7, 9] { #expect(try error(bank, index) == nil) }
    for threads in [1, 2] {
      let thrown = try error { _ = try bank.rotatedMemories(at: [7, 8, 9, 8], threads: threads) }
      #expect(thrown == found)
    }
  }

  @Test(arguments: [-1, RandomBank.recordCount, .max, .min])
  func placesOutsideOfTheBankAreRefused(index: Int) throws {
    let stored = try RandomBank(codec: "bf16", keySpace: .afterRotation)
    let bank = try MemoryBank(path: stored.folder.path)
    let found = try error(bank, index)
    #expect(found?.field == "index")
    #expect(found?.problem == .outOfRange(found: "\(index)", allowed: "0 to 10"))
    let both = try error { _ = try bank.rotatedMemories(at: [index, 0]) }
    #expect(both == found)
  }
}
