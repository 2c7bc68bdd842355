import M3Bytes
import M3Weights
import Testing

@Suite struct MalformedFileTests {
  /// A correct file: two values, a Q8_0 matrix of 2 × 64 and an F32 vector of 4.
  static var sound: GGUFImage {
    var image = GGUFImage()
    image.add("general.architecture", string: "llama")
    image.add("general.alignment", uint32: 32)
    image.add(tensor: "a", dimensions: [64, 2], type: 8, data: [UInt8](repeating: 0, count: 2 * 2 * 34))
    image.add(tensor: "b", dimensions: [4], type: 0, data: littleEndian([1, 2, 3, 4]))
    return image
  }

  @Test(arguments: [2, 3] as [UInt32])
  func theSoundFileIsRead(version: UInt32) throws {
    var image = MalformedFileTests.sound
    image.version = version
    let (bytes, places) = image.encoded()
    let file = try TemporaryFile(bytes)
    let model = try GGUFFile(path: file.path)
    #expect(model.version == version)
    #expect(model.tensorNames == ["a", "b"])
    let a = try model.tensor("a", shape: [2, 64])
    #expect(a.byteOffset == places["data"])
    #expect(a.byteCount == 136)
    #expect(a.type == .q8_0)
    let b = try model.tensor("b", shape: [4])
    #expect(b.byteOffset == a.byteOffset + 160)
    #expect(try model.readVector(b) == [1, 2, 3, 4])
  }

  @Test(arguments: MalformedFile.header + MalformedFile.keys + MalformedFile.values + MalformedFile.alignments)
  func damagedMetadata(malformed: MalformedFile) throws {
    try expectRefusal(of: malformed)
  }

  @Test(
    arguments: MalformedFile.tensorNames + MalformedFile.tensorShapes + MalformedFile.tensorTypes
      + MalformedFile.tensorPlaces)
  func damagedTensorTable(malformed: MalformedFile) throws {
    try expectRefusal(of: malformed)
  }

  private func expectRefusal(of malformed: MalformedFile) throws {
    var image = MalformedFileTests.sound
    malformed.damage(&image)
    let (bytes, places) = image.encoded()
    let file = try TemporaryFile(bytes)
    let error = #expect(throws: FormatError.self) { try GGUFFile(path: file.path) }
    #expect(error?.problem == malformed.problem(places))
    #expect(error?.field == malformed.field)
    let place = try #require(places[malformed.place])
    #expect(error?.byteOffset == place + malformed.distance)
    #expect(error?.file == file.path)
  }

  @Test(arguments: [8, 64, 4096])
  func otherAlignments(alignment: Int) throws {
    var image = GGUFImage()
    image.alignment = alignment
    image.add("general.alignment", uint32: UInt32(alignment))
    image.add(tensor: "a", dimensions: [3], type: 0, data: littleEndian([1, 2, 3]))
    image.add(tensor: "b", dimensions: [1, 1, 2, 1], type: 0, data: littleEndian([4, 5]))
    let (bytes, places) = image.encoded()
    let file = try TemporaryFile(bytes)
    let model = try GGUFFile(path: file.path)
    let a = try model.tensor("a", shape: [3])
    #expect(a.byteOffset == places["data"])
    #expect(a.byteOffset % UInt64(alignment) == 0)
    #expect(try model.readVector(a) == [1, 2, 3])
    let b = try model.tensor("b", shape: [1, 2, 1, 1])
    #expect(b.rowCount == 2)
    #expect(b.columnCount == 1)
    #expect(try model.values(b) == [4, 5])
  }

  /// The counts are possible for the file's size, which is why a limit of its own is needed.
  @Test func aHeaderThatIsTooLong() throws {
    let limit = 128 << 20
    for (type, count) in [(UInt32(0), limit), (12, limit / 8)] {
      var image = GGUFImage()
      image.add("x", array: type, count: count, elements: [])
      let (bytes, places) = image.encoded()
      let file = try TemporaryFile(bytes)
      try file.truncate(to: 2 * limit)
      let error = #expect(throws: FormatError.self) { try GGUFFile(path: file.path) }
      let start = try #require(places["metadata 0 value"])
      let found = "\(UInt64(limit) + start + 12) bytes before the tensor data"
      #expect(error?.problem == .outOfRange(found: found, allowed: "\(limit)"))
      #expect(error?.byteOffset == start + 4)
    }
  }

  /// What no tensor holds would be hashed with the rest, for hours where the file is sparse.
  @Test func dataThatNoTensorHolds() throws {
    let limit = 64 << 20
    let image = MalformedFileTests.sound
    let (bytes, places) = image.encoded()
    let file = try TemporaryFile(bytes)
    let start = try #require(places["data"])
    let held = 136 + 16
    try file.truncate(to: Int(start) + held + limit)
    #expect(try GGUFFile(path: file.path).tensors.count == 2)
    for unheld in [limit + 1, 1 << 40] {
      try file.truncate(to: Int(start) + held + unheld)
      let error = #expect(throws: FormatError.self) { try GGUFFile(path: file.path) }
      #expect(error?.problem == .outOfRange(found: "\(unheld) bytes that no tensor holds", allowed: "at most \(limit)"))
      #expect(error?.byteOffset == start)
    }
  }

  @Test func aFileThatIsNotThere() {
    let error = #expect(throws: FileError.self) { try GGUFFile(path: "/nowhere/model.gguf") }
    #expect(error?.isMissing == true)
  }
}
