import M3Bytes
import M3TestSupport
import M3Weights
import Testing

@Suite struct DequantizationTests {
  /// One tensor of rows of `columns` values in a file of its own.
  private func file(
    _ type: TensorType, columns: Int, _ bytes: [UInt8]
  ) throws -> (TemporaryFile, GGUFFile, GGUFTensor) {
    let rows = bytes.count / (columns / type.blockSize * type.bytesPerBlock)
    var image = GGUFImage()
    image.add(tensor: "t", dimensions: [UInt64(columns), UInt64(rows)], type: type.rawValue, data: bytes)
    let file = try TemporaryFile(image.encoded().bytes)
    let model = try GGUFFile(path: file.path)
    return (file, model, try model.tensor("t", shape: [rows, columns]))
  }

  @Test(
    arguments: [
      "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_NL", "IQ4_XS",
    ])
  func equalsTheReferenceToTheBit(name: String) throws {
    let golden = try JSONValue(ReadableFile.contents(of: Fixtures.quantization, limit: 1 << 20))
    let entry = try #require(golden["types"]?[name])
    let number = try #require(entry["type"]?.integer)
    let type = try #require(TensorType(rawValue: UInt32(number)))
    #expect(type.description == name)
    #expect(type.blockSize == entry["values_per_block"]?.integer)
    #expect(type.bytesPerBlock == entry["bytes_per_block"]?.integer)
    let blocks = try #require(entry["blocks"]?.elements)
    let bytes = try blocks.flatMap { try #require(Hexadecimal.bytes($0["bytes"]?.text ?? "?")) }
    let columns = max(32, type.blockSize)
    let (_, model, tensor) = try file(type, columns: columns, bytes)
    let found = try model.values(tensor)
    try #require(blocks.count >= 4 && found.count == blocks.count * columns)
    for (index, block) in blocks.enumerated() {
      let values = Array(found[index * columns..<(index + 1) * columns])
      // All values of a small block; of a large one some, and the digest of all.
      let expected = (block["values"]?.elements ?? []).compactMap(\.float)
      try #require(expected.count == min(columns, columns > 32 ? 16 : 32))
      let sampled = stride(from: 0, to: columns, by: columns / expected.count).map { values[$0] }
      #expect(sampled.map(\.bitPattern) == expected.map(\.bitPattern), "block \(index)")
      #expect((block["sha256"] != nil) == (columns > 32))
      if let digest = block["sha256"]?.text {
        #expect(SHA256Digest.of(littleEndian(values)).description == digest, "block \(index)")
      }
    }
  }

  @Test(
    arguments: TensorType.allCases.filter { $0.blockSize > 1 }, [1, 2] as [UInt64])
  func equalsTheFormulaOnRandomBlocks(type: TensorType, seed: UInt64) throws {
    var random = Randomness(seed: seed)
    let (columns, rows) = (3 * type.blockSize, 700)
    var bytes: [UInt8] = []
    for _ in 0..<rows * 3 { bytes += type.randomBlock(&random) }
    let (_, model, tensor) = try file(type, columns: columns, bytes)
    let expected = (0..<rows * 3).flatMap { index in
      let block = Array(bytes[index * type.bytesPerBlock..<(index + 1) * type.bytesPerBlock])
      return (0..<type.blockSize).map { type.slowValue(block, $0) }
    }
    #expect(try model.values(tensor).map(\.bitPattern) == expected.map(\.bitPattern))
    // Parts of the tensor are the same values as the whole, wherever they begin.
    for range in [0..<1, 1..<4, 350..<351, 690..<700, 5..<5] {
      let part = try [Float](unsafeUninitializedCapacity: range.count * columns) { buffer, initialized in
        try model.readRows(tensor, rows: range, into: buffer.baseAddress!)
        initialized = range.count * columns
      }
      #expect(part == Array(expected[range.lowerBound * columns..<range.upperBound * columns]))
    }
  }

  @Test(arguments: TensorType.allCases.filter(\.fitsEightBits))
  func eightBitsHoldTheSameWeights(type: TensorType) throws {
    var random = Randomness(seed: 3)
    let bytes = (0..<4 * 50).flatMap { _ in type.randomBlock(&random) }
    var eightBits = [UInt8](repeating: 0, count: 4 * 50 * 34)
    eightBits.withUnsafeMutableBytes { type.widen(bytes, intoQ8_0: $0.baseAddress!, count: 4 * 50 * 32) }
    let (_, model, tensor) = try file(type, columns: 128, bytes)
    let (_, other, same) = try file(.q8_0, columns: 128, eightBits)
    #expect(try model.values(tensor).map(\.bitPattern) == other.values(same).map(\.bitPattern))
  }

  @Test func everyFiniteHalf() throws {
    let patterns = (0...UInt16.max).filter { Float16(bitPattern: $0).isFinite }
    try #require(patterns.count == 63_488)
    let (_, model, tensor) = try file(.f16, columns: 62, patterns.flatMap { littleEndian($0) })
    let expected = patterns.map { Float(Float16(bitPattern: $0)).bitPattern }
    #expect(try model.values(tensor).map(\.bitPattern) == expected)
  }

  @Test func everyFiniteBF16() throws {
    let patterns = (0...UInt16.max).filter { $0 & 0x7F80 != 0x7F80 }
    try #require(patterns.count == 65_280)
    let (_, model, tensor) = try file(.bf16, columns: 68, patterns.flatMap { littleEndian($0) })
    #expect(try model.values(tensor).map(\.bitPattern) == patterns.map { UInt32($0) << 16 })
  }

  @Test func floatsKeepTheirBits() throws {
    let values: [Float] = [0, -0.0, .leastNonzeroMagnitude, -.greatestFiniteMagnitude, .pi, 1]
    let (_, model, tensor) = try file(.f32, columns: 3, littleEndian(values))
    #expect(try model.values(tensor).map(\.bitPattern) == values.map(\.bitPattern))
  }

  struct NonFinite: CustomTestStringConvertible {
    var type: TensorType
    /// Of the bad field in a block.
    var byte: Int
    var bytes: [UInt8]
    var found: String
    var testDescription: String { "\(type) \(found) at byte \(byte)" }
  }

  static let nonFinite: [NonFinite] = [
    .init(type: .f32, byte: 0, bytes: [0, 0, 0x80, 0x7F], found: "inf"),
    .init(type: .f32, byte: 0, bytes: [0, 0, 0x80, 0xFF], found: "-inf"),
    .init(type: .f32, byte: 0, bytes: [1, 0, 0xC0, 0x7F], found: "nan"),
    .init(type: .f16, byte: 0, bytes: [0, 0x7C], found: "inf"),
    .init(type: .f16, byte: 0, bytes: [0, 0x7E], found: "nan"),
    .init(type: .bf16, byte: 0, bytes: [0x80, 0xFF], found: "-inf"),
    .init(type: .bf16, byte: 0, bytes: [0xC0, 0x7F], found: "nan"),
    .init(type: .q4_0, byte: 0, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q4_1, byte: 0, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q4_1, byte: 2, bytes: [0, 0x7C], found: "inf"),
    .init(type: .q5_0, byte: 0, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q5_1, byte: 0, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q5_1, byte: 2, bytes: [0, 0xFC], found: "-inf"),
    .init(type: .q8_0, byte: 0, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q2_K, byte: 80, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q2_K, byte: 82, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q3_K, byte: 108, bytes: [0, 0x7C], found: "inf"),
    .init(type: .q4_K, byte: 0, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q4_K, byte: 2, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q5_K, byte: 0, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q5_K, byte: 2, bytes: [0, 0x7E], found: "nan"),
    .init(type: .q6_K, byte: 208, bytes: [0, 0x7E], found: "nan"),
    .init(type: .iq4_nl, byte: 0, bytes: [0, 0x7C], found: "-inf"),
    .init(type: .iq4_xs, byte: 0, bytes: [0, 0x7C], found: "inf"),
  ]

  @Test(arguments: nonFinite)
  func refusesWeightsThatAreNotFinite(bad: NonFinite) throws {
    // Row 2, second block of three.
    let size = bad.type.bytesPerBlock
    var bytes = [UInt8](repeating: 0, count: size * 3 * 4)
    let block = (2 * 3 + 1) * size
    bytes.replaceSubrange(block + bad.byte..<block + bad.byte + bad.bytes.count, with: bad.bytes)
    let (_, model, tensor) = try file(bad.type, columns: 3 * bad.type.blockSize, bytes)
    let error = #expect(throws: FormatError.self) { try model.values(tensor) }
    #expect(error?.problem == .outOfRange(found: bad.found, allowed: "finite numbers"))
    #expect(error?.field == "tensor t, row 2, column \(bad.type.blockSize)")
    #expect(error?.byteOffset == tensor.byteOffset + UInt64(block))
    // The rows before it can be read, and the bytes as well.
    var row = [Float](repeating: 1, count: 2 * tensor.columnCount)
    try model.readRows(tensor, rows: 0..<2, into: &row)
    #expect(row.allSatisfy { $0 == 0 })
    #expect(try model.readRaw(tensor, rows: 2..<3) == Array(bytes[2 * 3 * size..<3 * 3 * size]))
  }
}
