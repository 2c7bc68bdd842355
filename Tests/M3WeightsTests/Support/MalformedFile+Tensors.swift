import M3Bytes

/// Damage to the tensor table of the sound file: "a" is Q8_0, 64 × 2; "b" is F32, 4.
extension MalformedFile {
  static let tensorNames: [MalformedFile] = [
    .init("name length", .outOfRange(found: "length 65", allowed: "64"), field: "tensor 1, name", at: "tensor 1 name") {
      $0.tensors[1].name = [UInt8](repeating: 0x62, count: 65)
    },
    .init("empty name", .malformed("empty name"), field: "tensor 0, name", at: "tensor 0 name") {
      $0.tensors[0].name = []
    },
    .init(
      "control in name", .malformed("not printable ASCII"), field: "tensor 0, name", at: "tensor 0 name", plus: 8 + 1
    ) {
      $0.tensors[0].name = [0x61, 0x1B]
    },
    .init("duplicate name", .duplicate("tensor a"), field: "tensor a", at: "tensor 1 name") {
      $0.tensors[1].name = Array("a".utf8)
    },
  ]

  static let tensorShapes: [MalformedFile] = [
    .init(
      "no dimensions", .outOfRange(found: "0 dimensions", allowed: "1 to 4"), field: "tensor a, dimensions",
      at: "tensor 0 dimensions"
    ) {
      $0.tensors[0].dimensionCount = 0
    },
    .init(
      "five dimensions", .outOfRange(found: "5 dimensions", allowed: "1 to 4"), field: "tensor b, dimensions",
      at: "tensor 1 dimensions"
    ) {
      $0.tensors[1].dimensions = [1, 1, 1, 1, 1]
    },
    .init("dimension 0", dimension(0), field: "tensor a, dimensions", at: "tensor 0 dimensions", plus: 4 + 8) {
      $0.tensors[0].dimensions = [64, 0]
    },
    .init("dimension 2⁶³", dimension(1 << 63), field: "tensor a, dimensions", at: "tensor 0 dimensions", plus: 4) {
      $0.tensors[0].dimensions = [1 << 63, 2]
    },
    .init(
      "broken block", .outOfRange(found: "rows of 48 values", allowed: "multiples of 32 for Q8_0"),
      field: "tensor a, dimensions", at: "tensor 0 dimensions"
    ) { $0.tensors[0].dimensions = [48, 2] },
    .init(
      "broken block of 256", .outOfRange(found: "rows of 64 values", allowed: "multiples of 256 for Q4_K"),
      field: "tensor a, dimensions", at: "tensor 0 dimensions"
    ) { $0.tensors[0].type = 12 },
    .init("product of dimensions", .overflow, field: "tensor a, dimensions", at: "tensor 0 dimensions") {
      $0.tensors[0].dimensions = [32, 1 << 40, 1 << 40]
    },
    .init("bytes", .overflow, field: "tensor b, dimensions", at: "tensor 1 dimensions") {
      $0.tensors[1].dimensions = [1 << 61]
    },
    .init("bytes in memory", .overflow, field: "tensor b, dimensions", at: "tensor 1 dimensions") {
      // Half of that in the file, which can be counted.
      $0.tensors[1].type = 1
      $0.tensors[1].dimensions = [1 << 61]
    },
    .init(
      "larger than the file", expecting: truncated(4 << 40, behind: "data", plus: 160), field: "tensor b, data",
      at: "data", plus: 160
    ) {
      $0.tensors[1].dimensions = [1 << 20, 1 << 20]
    },
  ]

  static let tensorTypes: [MalformedFile] = [
    (4, "Q4_2"), (9, "Q8_1"), (15, "Q8_K"), (16, "IQ2_XXS"), (28, "F64"), (31, "Q4_0_4_4"), (39, "MXFP4"),
    (41, "Q1_0"), (42, "number 42"), (UInt32.max, "number 4294967295"),
  ].map { number, name in
    .init("type \(name)", .unsupported(found: "tensor type \(name)"), field: "tensor a, type", at: "tensor 0 type") {
      $0.tensors[0].type = number
    }
  }

  static let tensorPlaces: [MalformedFile] = [
    .init(
      "offset not aligned", .outOfRange(found: "168", allowed: "multiples of 32"), field: "tensor b, offset",
      at: "tensor 1 offset"
    ) {
      $0.tensors[1].offset = 168
    },
    .init("offset overflow", .overflow, field: "tensor b, offset", at: "tensor 1 offset") {
      $0.tensors[1].offset = UInt64.max - 31
    },
    .init("behind the end", .truncated(needed: 16, available: 0), field: "tensor b, data", at: "data", plus: 1 << 40) {
      $0.tensors[1].offset = 1 << 40
    },
    .init("a byte short", .truncated(needed: 16, available: 15), field: "tensor b, data", at: "data", plus: 160) {
      $0.data.removeLast(32 - 15)
    },
    .init("no data", .truncated(needed: 136, available: 0), field: "tensor a, data", at: "data") { $0.data = [] },
    .init(
      "overlap", expecting: { .malformed("overlaps a, whose data ends at byte \($0["data"]! + 136)") },
      field: "tensor b, data", at: "data", plus: 128
    ) { $0.tensors[1].offset = 128 },
    .init(
      "same place", expecting: { .malformed("overlaps a, whose data ends at byte \($0["data"]! + 136)") },
      field: "tensor b, data", at: "data"
    ) { $0.tensors[1].offset = 0 },
    .init(
      "overlap, the other way", expecting: { .malformed("overlaps b, whose data ends at byte \($0["data"]! + 16)") },
      field: "tensor a, data", at: "data"
    ) {
      $0.tensors.swapAt(0, 1)
      $0.tensors[0].offset = 0
    },
  ]

  private static func dimension(_ number: UInt64) -> FormatError.Problem {
    .outOfRange(found: "\(number)", allowed: "1 to \(Int.max)")
  }
}
