import M3Bytes

/// Damage to the sound file of `MalformedFileTests`.
extension MalformedFile {
  static let header: [MalformedFile] = [
    .init("magic", .wrongMagic(found: "47474d4c"), field: "magic", at: "magic") { $0.magic = Array("GGML".utf8) },
    .init("version 0", version(0), field: "version", at: "version") { $0.version = 0 },
    .init("version 1", version(1), field: "version", at: "version") { $0.version = 1 },
    .init("version 4", version(4), field: "version", at: "version") { $0.version = 4 },
    .init("big-endian", .unsupported(found: "big-endian GGUF"), field: "version", at: "version") {
      $0.version = UInt32(3).byteSwapped
    },
    .init(
      "tensor count", expecting: truncated(33_000, behind: "metadata 0 key"), field: "tensor count", at: "tensor count"
    ) {
      $0.tensorCount = 1000
    },
    .init("tensor count overflow", .overflow, field: "tensor count", at: "tensor count") { $0.tensorCount = .max },
    .init(
      "tensor count limit", .outOfRange(found: "65537", allowed: "at most 65536"), field: "tensor count",
      at: "tensor count"
    ) {
      $0.tensorCount = 65_537
      $0.data = [UInt8](repeating: 0, count: 65_537 * 33)
    },
    .init(
      "metadata count", expecting: truncated(14_000, behind: "metadata 0 key"), field: "metadata count",
      at: "metadata count"
    ) { $0.metadataCount = 1000 },
    .init("metadata count overflow", .overflow, field: "metadata count", at: "metadata count") {
      $0.metadataCount = 1 << 63
    },
  ]

  static let keys: [MalformedFile] = [
    .init(
      "key length", expecting: truncated(5000, behind: "metadata 0 key", plus: 8), field: "metadata key 0",
      at: "metadata 0 key"
    ) {
      $0.metadata[0].keyLength = 5000
    },
    .init(
      "key length limit", .outOfRange(found: "length 65536", allowed: "65535"), field: "metadata key 0",
      at: "metadata 0 key"
    ) { $0.metadata[0].keyLength = 65_536 },
    .init("empty key", .malformed("empty name"), field: "metadata key 1", at: "metadata 1 key") {
      $0.metadata[1].key = []
    },
    .init("space in key", notASCII, field: "metadata key 0", at: "metadata 0 key", plus: 8 + 1) {
      $0.metadata[0].key = Array("a b".utf8)
    },
    .init("accent in key", notASCII, field: "metadata key 0", at: "metadata 0 key", plus: 8 + 2) {
      $0.metadata[0].key = Array("caé".utf8)
    },
    .init("key not UTF-8", .malformed("not UTF-8"), field: "metadata key 0", at: "metadata 0 key", plus: 8 + 1) {
      $0.metadata[0].key = [0x61, 0xFF]
    },
    .init(
      "duplicate key", .duplicate("metadata key general.architecture"), field: "metadata general.architecture",
      at: "metadata 2 key"
    ) { $0.add("general.architecture", string: "llama") },
    .init("value type", .unsupported(found: "metadata type 13"), field: "metadata x", at: "metadata 2 type") {
      $0.add("x", type: 13, value: [])
    },
  ]

  static let values: [MalformedFile] = [
    .init("bool", .outOfRange(found: "bool 2", allowed: "0 or 1"), field: "metadata x", at: "metadata 2 value") {
      $0.add("x", type: 7, value: [2])
    },
    .init(
      "string length", expecting: truncated(10_000, behind: "metadata 2 value", plus: 8), field: "metadata x",
      at: "metadata 2 value"
    ) {
      $0.add("x", type: 8, value: littleEndian(UInt64(10_000)))
    },
    .init(
      "string length limit", .outOfRange(found: "length \(UInt64.max)", allowed: "134217728"), field: "metadata x",
      at: "metadata 2 value"
    ) { $0.add("x", type: 8, value: littleEndian(UInt64.max)) },
    .init("string not UTF-8", .malformed("not UTF-8"), field: "metadata x", at: "metadata 2 value", plus: 8 + 2) {
      $0.add("x", type: 8, value: lengthPrefixed([0x61, 0x62, 0xC3, 0x28]))
    },
    .init("surrogate", .malformed("not UTF-8"), field: "metadata x", at: "metadata 2 value", plus: 8 + 1) {
      $0.add("x", type: 8, value: lengthPrefixed([0x61, 0xED, 0xA0, 0x80]))
    },
    .init("element type", .unsupported(found: "metadata type 99"), field: "metadata x", at: "metadata 2 value") {
      $0.add("x", array: 99, count: 0, elements: [])
    },
    .init(
      "number count", expecting: truncated(4000, behind: "metadata 2 value", plus: 12), field: "metadata x",
      at: "metadata 2 value", plus: 4
    ) { $0.add("x", array: 4, count: 1000, elements: []) },
    .init("number count overflow", .overflow, field: "metadata x", at: "metadata 2 value", plus: 4) {
      $0.add("x", array: 12, count: 1 << 61, elements: [])
    },
    .init(
      "string count", expecting: truncated(8000, behind: "metadata 2 value", plus: 12), field: "metadata x",
      at: "metadata 2 value", plus: 4
    ) { $0.add("x", array: 8, count: 1000, elements: []) },
    .init(
      "array count", expecting: truncated(12_000, behind: "metadata 2 value", plus: 12), field: "metadata x",
      at: "metadata 2 value", plus: 4
    ) { $0.add("x", array: 9, count: 1000, elements: []) },
    .init(
      "bool in array", .outOfRange(found: "bool 255", allowed: "0 or 1"), field: "metadata x",
      at: "metadata 2 value", plus: 12 + 1
    ) { $0.add("x", array: 7, count: 2, elements: [0, 255]) },
    .init(
      "string in array", .malformed("not UTF-8"), field: "metadata x[1]", at: "metadata 2 value", plus: 12 + 9 + 8
    ) { $0.add("x", array: 8, count: 2, elements: lengthPrefixed([0x61]) + lengthPrefixed([0xFF])) },
    .init(
      "nested arrays", .outOfRange(found: "arrays 5 deep", allowed: "4"), field: "metadata x",
      at: "metadata 2 value", plus: 4 * 12
    ) {
      let level = littleEndian(UInt32(9)) + littleEndian(UInt64(1))
      $0.add("x", type: 9, value: level + level + level + level + level)
    },
    .init(
      "alignment type", .mismatch(expected: "uint32", found: "uint64"), field: "metadata general.alignment",
      at: "metadata 1 value"
    ) {
      $0.metadata[1].type = 10
      $0.metadata[1].value = littleEndian(UInt64(32))
    },
  ]

  static let alignments: [MalformedFile] = [0, 4, 24, 1 << 21].map { alignment in
    .init(
      "alignment \(alignment)",
      .outOfRange(found: "\(alignment)", allowed: "powers of two from 8 to 1048576"),
      field: "metadata general.alignment", at: "metadata 1 value"
    ) { $0.metadata[1].value = littleEndian(UInt32(alignment)) }
  }

  private static func version(_ number: Int) -> FormatError.Problem {
    .unsupportedVersion(found: "\(number)", supported: "2 and 3")
  }

  private static let notASCII = FormatError.Problem.malformed("not printable ASCII")
}
