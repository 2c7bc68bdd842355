import M3Bytes
import M3Weights
import Testing

@Suite struct MetadataTests {
  private func open(_ fill: (inout GGUFImage) -> Void) throws -> (GGUFFile, places: [String: UInt64]) {
    var image = GGUFImage()
    fill(&image)
    let (bytes, places) = image.encoded()
    // The file is unlinked at the end of this call; the model has it open.
    let file = try TemporaryFile(bytes)
    return try withExtendedLifetime(file) { (try GGUFFile(path: file.path), places) }
  }

  @Test func everyTypeOfValue() throws {
    let (model, _) = try open { image in
      image.add("a.uint8", type: 0, value: [200])
      image.add("a.int8", type: 1, value: [0xFE])
      image.add("a.uint16", type: 2, value: littleEndian(UInt16(65_000)))
      image.add("a.int16", type: 3, value: littleEndian(Int16(-30_000)))
      image.add("a.uint32", type: 4, value: littleEndian(UInt32(4_000_000_000)))
      image.add("a.int32", type: 5, value: littleEndian(Int32(-2_000_000_000)))
      image.add("a.float32", type: 6, value: littleEndian(Float(0.1).bitPattern))
      image.add("a.bool", type: 7, value: [1])
      image.add("a.string", string: "größe\n")
      image.add("a.uint64", type: 10, value: littleEndian(UInt64.max))
      image.add("a.int64", type: 11, value: littleEndian(Int64.min))
      image.add("a.float64", type: 12, value: littleEndian(Double.pi.bitPattern))
    }
    #expect(model.tensors.isEmpty)
    #expect(
      model.metadata == [
        "a.uint8": .uint8(200), "a.int8": .int8(-2), "a.uint16": .uint16(65_000), "a.int16": .int16(-30_000),
        "a.uint32": .uint32(4_000_000_000), "a.int32": .int32(-2_000_000_000), "a.float32": .float32(0.1),
        "a.bool": .bool(true), "a.string": .string("größe\n"), "a.uint64": .uint64(.max), "a.int64": .int64(.min),
        "a.float64": .float64(.pi),
      ])
    #expect(try model.integer("a.uint8") == 200)
    #expect(try model.integer("a.int8") == -2)
    #expect(try model.integer("a.int64") == Int.min)
    #expect(try model.double("a.float32") == Double(Float(0.1)))
    #expect(try model.double("a.float64") == .pi)
    #expect(try model.bool("a.bool"))
    #expect(try model.string("a.string") == "größe\n")
  }

  @Test func everyTypeOfArray() throws {
    let (model, _) = try open { image in
      image.add("a.uint8", array: 0, count: 2, elements: [1, 255])
      image.add("a.int8", array: 1, count: 2, elements: [1, 255])
      image.add("a.uint16", array: 2, count: 1, elements: littleEndian(UInt16.max))
      image.add("a.int16", array: 3, count: 1, elements: littleEndian(Int16.min))
      image.add("a.uint32", array: 4, count: 1, elements: littleEndian(UInt32.max))
      image.add("a.int32", array: 5, count: 2, elements: littleEndian(Int32.min) + littleEndian(Int32(7)))
      image.add("a.float32", array: 6, count: 2, elements: littleEndian([0.5, -2]))
      image.add("a.bool", array: 7, count: 3, elements: [0, 1, 0])
      let strings = ["", "é", "e\u{301}"].flatMap { lengthPrefixed(Array($0.utf8)) }
      image.add("a.string", array: 8, count: 3, elements: strings)
      let inner = littleEndian(UInt32(0)) + littleEndian(UInt64(1)) + [9]
      let empty = littleEndian(UInt32(8)) + littleEndian(UInt64(0))
      image.add("a.array", array: 9, count: 2, elements: inner + empty)
      image.add("a.uint64", array: 10, count: 1, elements: littleEndian(UInt64.max))
      image.add("a.int64", array: 11, count: 1, elements: littleEndian(Int64(-1)))
      image.add("a.float64", array: 12, count: 1, elements: littleEndian(Double.pi.bitPattern))
      image.add("a.empty", array: 5, count: 0, elements: [])
    }
    #expect(model.metadata["a.uint8"] == .array(.uint8([1, 255])))
    #expect(model.metadata["a.int8"] == .array(.int8([1, -1])))
    #expect(model.metadata["a.uint16"] == .array(.uint16([.max])))
    #expect(model.metadata["a.int16"] == .array(.int16([.min])))
    #expect(model.metadata["a.uint32"] == .array(.uint32([.max])))
    #expect(model.metadata["a.bool"] == .array(.bool([false, true, false])))
    #expect(model.metadata["a.array"] == .array(.arrays([.uint8([9]), .strings(GGUFStrings())])))
    #expect(model.metadata["a.uint64"] == .array(.uint64([.max])))
    #expect(model.metadata["a.float64"] == .array(.float64([.pi])))
    #expect(try model.integers("a.int32") == [.min, 7])
    #expect(try model.integers("a.int8") == [1, -1])
    #expect(try model.integers("a.int64") == [-1])
    #expect(try model.integers("a.empty") == [])
    #expect(try model.floats("a.float32") == [0.5, -2])
    // Composed and decomposed é are different tokens.
    #expect(try model.strings("a.string") == [[], [0xC3, 0xA9], [0x65, 0xCC, 0x81]])
  }

  @Test func absentKeys() throws {
    let (model, _) = try open { $0.add("here", uint32: 1) }
    #expect(try model.stringIfPresent("k") == nil)
    #expect(try model.integerIfPresent("k") == nil)
    #expect(try model.doubleIfPresent("k") == nil)
    #expect(try model.boolIfPresent("k") == nil)
    #expect(try model.stringsIfPresent("k") == nil)
    #expect(try model.integersIfPresent("k") == nil)
    #expect(try model.floatsIfPresent("k") == nil)
    #expect(try model.integerIfPresent("here") == 1)
    let missing = FormatError.Problem.missing("key k")
    #expect(throws: FormatError(missing, field: "metadata", file: model.path)) { try model.string("k") }
    #expect(throws: FormatError(missing, field: "metadata", file: model.path)) { try model.integer("k") }
    #expect(throws: FormatError(missing, field: "metadata", file: model.path)) { try model.double("k") }
    #expect(throws: FormatError(missing, field: "metadata", file: model.path)) { try model.bool("k") }
    #expect(throws: FormatError(missing, field: "metadata", file: model.path)) { try model.strings("k") }
    #expect(throws: FormatError(missing, field: "metadata", file: model.path)) { try model.integers("k") }
    #expect(throws: FormatError(missing, field: "metadata", file: model.path)) { try model.floats("k") }
  }

  @Test func valuesOfAnotherTypeNameTheKeyAndItsPlace() throws {
    let (model, places) = try open { image in
      image.add("text", string: "1")
      image.add("number", uint32: 1)
      image.add("list", array: 5, count: 1, elements: littleEndian(Int32(1)))
    }
    func mismatch(_ key: String, _ expected: String, _ found: String, _ entry: Int) -> FormatError {
      FormatError(
        .mismatch(expected: expected, found: found), field: "metadata \(key)",
        at: places["metadata \(entry) value"], file: model.path)
    }
    #expect(throws: mismatch("text", "integer", "string", 0)) { try model.integer("text") }
    #expect(throws: mismatch("number", "string", "uint32", 1)) { try model.string("number") }
    #expect(throws: mismatch("number", "bool", "uint32", 1)) { try model.boolIfPresent("number") }
    #expect(throws: mismatch("number", "float32 or float64", "uint32", 1)) { try model.double("number") }
    #expect(throws: mismatch("number", "array of integers", "uint32", 1)) { try model.integers("number") }
    #expect(throws: mismatch("list", "array of string", "array of int32", 2)) { try model.strings("list") }
    #expect(throws: mismatch("list", "array of float32", "array of int32", 2)) { try model.floats("list") }
  }

  @Test func valuesThatDoNotFit() throws {
    let (model, places) = try open { image in
      image.add("large", type: 10, value: littleEndian(UInt64(1) << 63))
      image.add("nan", type: 6, value: littleEndian(Float.nan.bitPattern | 5))
      image.add("list", array: 4, count: 2, elements: littleEndian(UInt32(1)) + littleEndian(UInt32(1) << 31))
      image.add("scores", array: 6, count: 2, elements: littleEndian([0, -.infinity]))
    }
    func outOfRange(_ key: String, _ found: String, _ allowed: String, _ entry: Int) -> FormatError {
      FormatError(
        .outOfRange(found: found, allowed: allowed), field: "metadata \(key)",
        at: places["metadata \(entry) value"], file: model.path)
    }
    #expect(throws: outOfRange("large", "9223372036854775808", "at most \(Int.max)", 0)) { try model.integer("large") }
    #expect(throws: outOfRange("nan", "nan", "finite numbers", 1)) { try model.double("nan") }
    #expect(throws: outOfRange("list", "2147483648 at index 1", "32-bit integers", 2)) { try model.integers("list") }
    #expect(throws: outOfRange("scores", "-inf at index 1", "finite numbers", 3)) { try model.floats("scores") }
  }
}
