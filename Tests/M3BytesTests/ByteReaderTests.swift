import M3Bytes
import Testing

@Suite struct ByteReaderTests {
  /// 0x01 … 0x10.
  static let bytes = (1...16).map { UInt8($0) }

  @Test func integersAreLittleEndian() throws {
    try Self.bytes.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      #expect(try reader.integer(UInt8.self, "a") == 0x01)
      #expect(try reader.integer(UInt16.self, "b") == 0x0302)
      #expect(try reader.integer(UInt32.self, "c") == 0x0706_0504)
      #expect(try reader.integer(UInt64.self, "d") == 0x0F0E_0D0C_0B0A_0908)
      #expect(reader.remaining == 1)
      #expect(try reader.integer(Int8.self, "e") == 0x10)
      try reader.end("f")
    }
    [UInt8](repeating: 0xFF, count: 8).withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      #expect((try? reader.integer(Int64.self, "a")) == -1)
    }
  }

  @Test func readsWhatAWriterWrote() throws {
    var writer = ByteWriter()
    writer.integer(UInt16(0xABCD))
    writer.integer(Int32.min)
    writer.append("é".utf8)
    writer.zeros(3)
    writer.integer(UInt64.max)
    writer.integers([0x0102, 0xFFFE])
    writer.integers([])
    writer.append(repeatElement(7, count: 2))
    #expect(writer.count == 25)
    #expect(Hexadecimal.string(writer.bytes) == "cdab00000080c3a9000000ffffffffffffffff0201feff0707")
    try writer.bytes.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      #expect(try reader.integer(UInt16.self, "a") == 0xABCD)
      #expect(try reader.integer(Int32.self, "b") == .min)
      #expect(try reader.string(2, "c") == "é")
      try reader.skip(3, "d")
      #expect(try reader.integer(UInt64.self, "e") == .max)
      #expect(try reader.integer(UInt16.self, "f") == 0x0102)
      #expect(try reader.integer(UInt16.self, "g") == 0xFFFE)
      #expect(try reader.integer(UInt16.self, "h") == 0x0707)
      try reader.end("end")
    }
  }

  /// Magic, version, floats and the sum over them all: right, and each wrong alone.
  @Test func headersFloatsAndSums() throws {
    func written(version: UInt32 = 3, value: Float = 1.5, sum: UInt64 = 0) -> [UInt8] {
      var writer = ByteWriter(capacity: 24)
      writer.append(Array("MAGIC\0".utf8))
      writer.integer(version)
      writer.integer(value.bitPattern)
      writer.integer(Float(-2).bitPattern)
      writer.integer(XXH3.hash64(writer.bytes) ^ sum)
      return writer.bytes
    }
    func read(_ bytes: [UInt8]) throws -> [Float] {
      try bytes.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        try reader.header(magic: Array("MAGIC\0".utf8), version: 3)
        let floats = try reader.floats(2, "floats")
        try reader.checksum("sum")
        try reader.end("file")
        return floats
      }
    }
    #expect(try read(written()) == [1.5, -2])
    let wrong: [(field: String, offset: UInt64, bytes: [UInt8])] = [
      ("magic", 0, [0x6D] + written().dropFirst()), ("version", 6, written(version: 4)),
      ("floats", 10, written(value: .nan)), ("floats", 10, written(value: -.infinity)), ("sum", 18, written(sum: 1)),
      ("file", 26, written() + [0]),
    ]
    for (field, offset, bytes) in wrong {
      let error = #expect(throws: FormatError.self) { try read(bytes) }
      #expect(error?.field == field)
      #expect(error?.byteOffset == offset)
    }
  }

  /// Every read of every size at every place: it gives the bytes, or an error that says where and how many are left.
  @Test func boundsOfEveryRead() {
    Self.bytes.withUnsafeBytes { raw in
      for position in 0...16 {
        for count in [0, 1, 2, 15, 16, 17, Int.max, -1, Int.min] {
          var reader = ByteReader(raw, base: 1000)
          #expect(throws: Never.self) { try reader.skip(position, "start") }
          let isInside = count >= 0 && count <= 16 - position
          do throws(FormatError) {
            let slice = try reader.slice(count, "field")
            #expect(isInside)
            #expect(Array(slice) == Array(Self.bytes[position..<position + count]))
            #expect(reader.position == position + count)
          } catch {
            #expect(!isInside)
            let expected = FormatError(
              .truncated(needed: UInt64(max(0, count)), available: UInt64(16 - position)), field: "field",
              at: UInt64(1000 + position))
            #expect(error == expected)
            #expect(reader.position == position)
          }
        }
      }
    }
  }

  @Test func aFailedReadMovesNothing() {
    Self.bytes.withUnsafeBytes { raw in
      var reader = ByteReader(UnsafeRawBufferPointer(rebasing: raw[..<7]), base: 5)
      #expect(throws: FormatError(.truncated(needed: 8, available: 7), field: "sum", at: 5)) {
        try reader.integer(UInt64.self, "sum")
      }
      #expect(throws: FormatError(.truncated(needed: 8, available: 7), field: "gap", at: 5)) {
        try reader.skip(8, "gap")
      }
      #expect(throws: FormatError(.truncated(needed: 8, available: 7), field: "name", at: 5)) {
        try reader.string(8, "name")
      }
      #expect(reader.remaining == 7)
      #expect(reader.byteOffset == 5)
      #expect(throws: FormatError(.malformed("7 bytes too many"), field: "record", at: 5)) { try reader.end("record") }
    }
  }

  @Test(arguments: [[0xFF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xC0, 0x80], [0x61, 0x80]] as [[UInt8]])
  func stringsAreUTF8(bytes: [UInt8]) {
    ([0, 0] + bytes).withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      #expect(throws: Never.self) { try reader.skip(2, "start") }
      #expect(throws: FormatError(.malformed("not UTF-8"), field: "id", at: 2)) { try reader.string(bytes.count, "id") }
    }
  }

  @Test func nothingAtAll() throws {
    var reader = ByteReader(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(try reader.slice(0, "a").isEmpty)
    #expect(try reader.string(0, "b") == "")
    try reader.end("c")
    #expect(throws: FormatError(.truncated(needed: 1, available: 0), field: "d", at: 0)) {
      try reader.integer(UInt8.self, "d")
    }
  }
}
