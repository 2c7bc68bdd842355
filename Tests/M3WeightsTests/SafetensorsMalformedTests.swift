import M3Bytes
import M3Weights
import Testing

/// A header's text and the data behind it.
struct SafetensorsImage: Sendable {
  var header: String
  var data: [UInt8]
  /// The header's length as the file says it; what it is by default.
  var length: UInt64?

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.integer(length ?? UInt64(header.utf8.count))
    writer.append(header.utf8)
    writer.append(data)
    return writer.bytes
  }

  /// 8 bytes of header length, then `header`.
  func offset(of part: String) -> UInt64? {
    let text = Array(header.utf8), wanted = Array(part.utf8)
    guard text.count >= wanted.count else { return nil }
    return (0...text.count - wanted.count).first { text[$0..<$0 + wanted.count].elementsEqual(wanted) }
      .map { UInt64(8 + $0) }
  }
}

@Suite struct SafetensorsMalformedTests {
  /// A matrix of two rows in F32, its half in F16 and a scalar in BF16.
  static let sound = SafetensorsImage(
    header: #"{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]},"#
      + #""h":{"shape":[2],"dtype":"F16","data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[],"data_offsets":[12,14]}} "#,
    data: [0x00, 0x3C, 0x01, 0x00] + littleEndian([1.5, -2]) + [0x80, 0xBF])

  @Test func theSoundFileIsRead() throws {
    let file = try TemporaryFile(Self.sound.bytes)
    let model = try SafetensorsFile(path: file.path)
    #expect(model.metadata == ["format": "pt"])
    #expect(model.tensorNames == ["w", "h", "b"])
    let data = UInt64(8 + Self.sound.header.utf8.count)
    let w = try model.tensor("w", shape: [2, 1])
    #expect(w.type == .f32 && w.byteOffset == data + 4 && w.byteCount == 8)
    #expect(try model.readValues(w) == [1.5, -2])
    var row: Float = 0
    try model.readRows(w, rows: 1..<2, into: &row)
    #expect(row == -2)
    #expect(try model.readValues(model.tensor("h", shape: [2])) == [1, 0x1p-24])
    #expect(try model.readValues(model.tensor("b", shape: [])) == [-1])
    #expect(try model.contentDigest() == SHA256Digest.of(Self.sound.bytes))
  }

  @Test func emptyTensorsAndAnEmptyFile() throws {
    let image = SafetensorsImage(
      header: #"{"a":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[3,0],"#
        + #""data_offsets":[4,4]},"c":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
      data: [1, 2, 3, 4])
    let file = try TemporaryFile(image.bytes)
    let model = try SafetensorsFile(path: file.path)
    #expect(try model.readValues(model.tensor("a", shape: [0, 3])).isEmpty)
    #expect(try model.readValues(model.tensor("b", shape: [3, 0])).isEmpty)
    let nothing = try TemporaryFile(SafetensorsImage(header: "{}", data: []).bytes)
    #expect(try SafetensorsFile(path: nothing.path).tensors.isEmpty)
  }

  @Test func whatIsAskedForAndNotThere() throws {
    let file = try TemporaryFile(Self.sound.bytes)
    let model = try SafetensorsFile(path: file.path)
    #expect(throws: FormatError(.missing("tensor x"), field: "header", file: file.path)) {
      try model.tensor("x", shape: [1])
    }
    let place = Self.sound.offset(of: #""w":"#)
    #expect(
      throws: FormatError(
        .mismatch(expected: "shape [1, 2]", found: "[2, 1]"), field: "tensor w, shape", at: place, file: file.path)
    ) { try model.tensor("w", shape: [1, 2]) }
  }

  @Test func weightsThatAreNotReadOrNotFinite() throws {
    let image = SafetensorsImage(
      header: #"{"i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"#
        + #""f":{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]}}"#,
      data: [UInt8](repeating: 0, count: 8) + littleEndian([0, 1, .infinity, 3]))
    let file = try TemporaryFile(image.bytes)
    let model = try SafetensorsFile(path: file.path)
    #expect(
      throws: FormatError(
        .unsupported(found: "weights of type I64"), field: "tensor i, dtype", at: image.offset(of: #""i":"#),
        file: file.path)
    ) { try model.readValues(model.tensor("i", shape: [1])) }
    let place = UInt64(8 + image.header.utf8.count + 8 + 8)
    #expect(
      throws: FormatError(
        .outOfRange(found: "inf", allowed: "finite numbers"), field: "tensor f, row 1, column 0", at: place,
        file: file.path)
    ) { try model.readValues(model.tensor("f", shape: [2, 2])) }
  }

  @Test(arguments: SafetensorsDamage.all)
  func damagedHeader(damage: SafetensorsDamage) throws {
    let file = try TemporaryFile(damage.image.bytes)
    let error = #expect(throws: FormatError.self) { try SafetensorsFile(path: file.path) }
    #expect(error?.problem == damage.problem)
    #expect(error?.field == damage.field)
    #expect(error?.byteOffset == damage.offset)
    #expect(error?.file == file.path)
  }

  @Test func aFileThatIsNotThere() {
    let error = #expect(throws: FileError.self) { try SafetensorsFile(path: "/nowhere/model.safetensors") }
    #expect(error?.isMissing == true)
  }
}

/// Systematic damage to the sound file: nothing may trap, and what is read must lie in the file.
@Suite struct SafetensorsDamageTests {
  private let bytes = SafetensorsMalformedTests.sound.bytes
  private let dataOffset = 8 + SafetensorsMalformedTests.sound.header.utf8.count

  @Test func everyTruncation() throws {
    let file = try TemporaryFile(bytes)
    for length in (0..<bytes.count).reversed() {
      try file.truncate(to: length)
      let error = #expect(throws: FormatError.self) { try SafetensorsFile(path: file.path) }
      if case .truncated(let needed, let available)? = error?.problem {
        #expect(needed > available)
      } else {
        Issue.record("\(length) bytes: \(String(describing: error))")
      }
    }
  }

  @Test func everyBitFlipInTheHeader() throws {
    let file = try TemporaryFile(bytes)
    var refused = 0
    for bit in 0..<dataOffset * 8 {
      try file.overwrite([bytes[bit / 8] ^ 1 << UInt8(bit % 8)], at: bit / 8)
      do {
        let model = try SafetensorsFile(path: file.path)
        for name in model.tensorNames {
          let tensor = try #require(model.tensors[name])
          #expect(tensor.byteOffset + UInt64(tensor.byteCount) <= UInt64(bytes.count))
          _ = try model.readValues(tensor)
        }
      } catch let error as FormatError {
        refused += 1
        #expect(error.byteOffset != nil && error.file == file.path, "\(error)")
      }
      try file.overwrite([bytes[bit / 8]], at: bit / 8)
    }
    // The rest is in names and in the metadata, which a container cannot know to be wrong.
    #expect(refused > dataOffset * 8 / 2)
  }

  @Test func everyByteAppendedOrRemovedInTheHeader() throws {
    for index in 0..<SafetensorsMalformedTests.sound.header.utf8.count {
      for insertion in [[], [UInt8(ascii: "9")], [0xFF], [UInt8(ascii: "]")]] {
        var image = SafetensorsMalformedTests.sound
        var header = Array(image.header.utf8)
        header.replaceSubrange(index..<index + (insertion.isEmpty ? 1 : 0), with: insertion)
        guard let text = String(validating: header, as: UTF8.self) else { continue }
        image.header = text
        let file = try TemporaryFile(image.bytes)
        do { _ = try SafetensorsFile(path: file.path) } catch is FormatError {}
      }
    }
  }

  @Test func aFileThatShrinksOrGrowsWhileItIsOpen() throws {
    let file = try TemporaryFile(bytes)
    let model = try SafetensorsFile(path: file.path)
    try file.overwrite([0], at: bytes.count)
    #expect(
      throws: FormatError(
        .mismatch(expected: "\(bytes.count) bytes, as when it was opened", found: "\(bytes.count + 1)"),
        field: "file size", file: file.path)
    ) { try model.contentDigest() }
    try file.truncate(to: dataOffset + 6)
    let tensor = try model.tensor("w", shape: [2, 1])
    #expect(
      throws: FormatError(
        .truncated(needed: 8, available: 2), field: "tensor w", at: UInt64(dataOffset + 4), file: file.path)
    ) { try model.readValues(tensor) }
    let error = #expect(throws: FormatError.self) { try model.contentDigest() }
    #expect(error?.field == "content")
  }
}

/// The embedder's weights, where the package's `.cache` has them.
@Suite(.enabled(if: MiniLM.path != nil)) struct SafetensorsRealModelTests {
  /// Written by the safetensors package, 0.8.0:
  /// ```
  /// with safetensors.safe_open(path, "numpy") as f:
  ///     v = f.get_tensor(name); print(list(v.shape), v.view(np.uint32).sum(dtype=np.uint64))
  /// ```
  static let tensors: [(name: String, shape: [Int], bitSum: UInt64)] = [
    ("embeddings.word_embeddings.weight", [30_522, 384], 24_553_525_774_266_535),
    ("embeddings.LayerNorm.bias", [384], 737_720_309_158),
    ("encoder.layer.0.attention.self.key.weight", [384, 384], 310_317_235_715_267),
    ("encoder.layer.5.intermediate.dense.weight", [1_536, 384], 1_232_629_962_887_855),
    ("encoder.layer.5.output.LayerNorm.weight", [384], 411_205_819_578),
  ]

  @Test func tensorsAreWhatTheReferenceReads() throws {
    let model = try SafetensorsFile(path: try #require(MiniLM.path))
    #expect(model.metadata == ["format": "pt"])
    #expect(model.tensors.count == 104)
    for expected in Self.tensors {
      let values = try model.readValues(model.tensor(expected.name, shape: expected.shape))
      #expect(values.bitSum == expected.bitSum, "\(expected.name)")
    }
    let ids = try model.tensor("embeddings.position_ids", shape: [1, 512])
    #expect(ids.type == .i64)
    #expect(try model.contentDigest().description == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
  }
}
