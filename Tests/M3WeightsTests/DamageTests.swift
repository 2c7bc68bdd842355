import M3Bytes
import M3TestSupport
import M3Weights
import Testing

/// Systematic damage to the tiny model: nothing may trap, and what is read must lie in the file.
@Suite struct DamageTests {
  private let bytes: [UInt8]
  private let dataOffset: Int

  init() throws {
    bytes = try ReadableFile.contents(of: Fixtures.tinyLlama, limit: 1 << 20)
    let model = try GGUFFile(path: Fixtures.tinyLlama)
    dataOffset = Int(try #require(model.tensors.values.map(\.byteOffset).min()))
  }

  @Test(.timeLimit(.minutes(2)))
  func everyTruncation() throws {
    let file = try TemporaryFile(bytes)
    // Every length of the header, then some of the data, down from the whole file.
    let lengths = stride(from: bytes.count - 1, through: dataOffset, by: -97)
    for length in Array(lengths) + (0..<dataOffset).reversed() {
      try file.truncate(to: length)
      do {
        _ = try GGUFFile(path: file.path)
        Issue.record("a file cut to \(length) bytes was read")
      } catch let error as FormatError {
        guard case .truncated(let needed, let available) = error.problem, needed > available else {
          Issue.record("\(length) bytes: \(error)")
          continue
        }
        // An error in the data points at the tensor that does not fit, which may begin behind the end.
        let offset = try #require(error.byteOffset)
        #expect(offset <= UInt64(length) || error.field.hasSuffix(", data"))
      }
    }
  }

  @Test(.timeLimit(.minutes(5)))
  func everyBitFlipInTheHeader() throws {
    let file = try TemporaryFile(bytes)
    var refused = 0
    for bit in 0..<dataOffset * 8 {
      let flipped = bytes[bit / 8] ^ 1 << UInt8(bit % 8)
      try file.overwrite([flipped], at: bit / 8)
      do {
        try readEverything(file.path)
        // The magic has no other value, the version one.
        #expect(bit >= 64 || (bit / 8 == 4 && flipped == 2))
      } catch let error as FormatError {
        refused += 1
        #expect(error.byteOffset != nil && error.file == file.path, "\(error)")
      }
      try file.overwrite([bytes[bit / 8]], at: bit / 8)
    }
    // The rest is in names, numbers and padding, which a container cannot know to be wrong.
    #expect(refused > dataOffset * 8 / 4)
    try readEverything(file.path)
  }

  /// Opens a model and reads all of its tensors, each of which must lie in the file and apart from the others.
  private func readEverything(_ path: String) throws {
    let model = try GGUFFile(path: path)
    var end: UInt64 = 0
    for tensor in model.tensors.values.sorted(by: { $0.byteOffset < $1.byteOffset }) {
      #expect(tensor.byteOffset >= end)
      end = tensor.byteOffset + UInt64(tensor.byteCount)
      _ = try model.values(tensor)
    }
    #expect(end <= bytes.count)
  }

  @Test(.timeLimit(.minutes(1)))
  func aFileThatShrinksWhileItsHeaderIsRead() throws {
    let file = try TemporaryFile(bytes)
    // The padding before the data, less than an alignment of 32, is not read.
    for length in stride(from: 0, to: dataOffset - 32, by: 13) {
      let open = try ReadableFile(path: file.path)
      try file.truncate(to: length)
      let error = #expect(throws: FormatError.self) { try GGUFFile(open) }
      // The size at opening says that the header is all there, so only the reads can tell.
      if case .truncated(let needed, let available)? = error?.problem {
        #expect(needed > available)
      } else {
        Issue.record("\(length) bytes: \(String(describing: error))")
      }
      #expect(error?.file == file.path)
      try file.overwrite(bytes, at: 0)
    }
  }

  @Test func aFileThatShrinksWhileItIsOpen() throws {
    let file = try TemporaryFile(bytes)
    let model = try GGUFFile(path: file.path)
    let tensor = try model.tensor("blk.1.ffn_up.weight", shape: [96, 64])
    // Rows of 64 halves: ten and a half of them remain.
    try file.truncate(to: Int(tensor.byteOffset) + 10 * 128 + 64)
    var rows = [Float](repeating: 0, count: 20 * 64)
    try model.readRows(tensor, rows: 0..<10, into: &rows)
    let expected = FormatError(
      .truncated(needed: 5 * 128, available: 3 * 128 - 64), field: "tensor blk.1.ffn_up.weight, row 10",
      at: tensor.byteOffset + 8 * 128, file: file.path)
    #expect(throws: expected) { try model.readRows(tensor, rows: 8..<13, into: &rows) }
    #expect(throws: expected) { try model.readRaw(tensor, rows: 8..<13) }
    let size = Int(tensor.byteOffset) + 10 * 128 + 64
    let digestError = FormatError(
      .mismatch(expected: "\(bytes.count) bytes, as when it was opened", found: "\(size)"), field: "file size",
      file: file.path)
    #expect(throws: digestError) { try model.contentDigest() }
  }
}
