import M3Bytes
import M3JSON
import M3TestSupport
import M3Text
import M3Weights

/// A safetensors file: its header, and the weights of every tensor.
enum SafetensorsTarget: FuzzTarget {
  static let name = "safetensors"

  static var seeds: [[UInt8]] {
    let header =
      #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"#
      + #""b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]},"c":{"dtype":"F16","shape":[],"data_offsets":[22,24]},"#
      + #""d":{"dtype":"I64","shape":[0,4],"data_offsets":[24,24]}}"#
    return [("{}", 0), (header, 24)].map { header, count in
      file(header: Array(header.utf8), data: (0..<UInt8(count)).map { $0 })
    }
  }

  static func file(header: [UInt8], data: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.integer(UInt64(header.count))
    writer.append(header)
    writer.append(data)
    return writer.bytes
  }

  static func run(_ bytes: [UInt8]) throws {
    let file = try SafetensorsFile(path: ScratchFiles.write(bytes, to: "model.safetensors"))
    var end: UInt64 = 0
    var problem: FormatError?
    for tensor in file.tensors.values.sorted(by: { ($0.byteOffset, $0.byteCount) < ($1.byteOffset, $1.byteCount) }) {
      expect(end == 0 || tensor.byteOffset == end, "a hole or an overlap")
      end = tensor.byteOffset + UInt64(tensor.byteCount)
      expect(end <= bytes.count, "a tensor beyond the file")
      do {
        let values = try file.readValues(tensor)
        expect(values.count == tensor.elementCount && values.allSatisfy(\.isFinite), "values that are none")
        expect(try file.tensor(tensor.name, shape: tensor.shape) == tensor, "another tensor of the name")
      } catch let error as FormatError {
        problem = problem ?? error
      }
    }
    expect(try file.contentDigest() == SHA256Digest.of(bytes), "the hash of another file")
    if let problem { throw problem }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    guard let length = bytes.integer(at: 0, as: UInt64.self), length <= UInt64(bytes.count - 8), !random.once(in: 8)
    else { return Mutation.bytes(bytes, limit: limit) }
    let (header, data) = (Array(bytes[8..<8 + Int(length)]), Array(bytes[(8 + Int(length))...]))
    switch random.integer(below: 4) {
    case 0: return file(header: header, data: Mutation.bytes(data, limit: data.count + 16))
    case 1: return file(header: Mutation.bytes(header, limit: header.count + 64), data: data)
    default:
      return file(
        header: JSONMutation.mutate(header, limit: header.count + 64, style: .compact, random: &random), data: data)
    }
  }
}

/// `tokenizer.json` of a BERT, and texts through it.
enum WordPieceTarget: FuzzTarget {
  static let name = "wordpiece"

  static var seeds: [[UInt8]] { [Array(tokenizer.utf8)] }

  static let tokenizer =
    #"{"version":"1.0","truncation":null,"padding":null,"added_tokens":["#
    + ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].enumerated().map {
      #"{"id":\#($0),"content":"\#($1)","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}"#
    }.joined(separator: ",")
    + #"],"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"#
    + #""lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"TemplateProcessing","#
    + #""single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},"#
    + #"{"SpecialToken":{"id":"[SEP]","type_id":0}}],"pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},"#
    + #"{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},"#
    + #"{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],"special_tokens":{"#
    + #""[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},"#
    + #""decoder":{"type":"WordPiece","prefix":"\#u{23}\#u{23}","cleanup":true},"model":{"type":"WordPiece","#
    + #""unk_token":"[UNK]","continuing_subword_prefix":"\#u{23}\#u{23}","max_input_chars_per_word":100,"vocab":{"#
    + [
      "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "un", "\u{23}\u{23}a", "\u{23}\u{23}ble", "a", "e", "漢", ".",
      "é",
    ]
    .enumerated().map { #""\#($1)":\#($0)"# }.joined(separator: ",") + "}}}"

  private static let texts = [
    "", "the unable [MASK] a.", "THE É\u{301} 漢字 \u{0}\u{200D}😀", String(repeating: "a", count: 130), "[CLS][SEP] [UNK",
  ]

  /// A table of all characters is made anew for each normalizer but this one, which takes a second: few inputs go on.
  private static func isCheap(_ bytes: [UInt8]) -> Bool {
    let usual: JSONObject = [
      "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": .null,
      "lowercase": true,
    ]
    guard let normalizer = (try? JSONValue.parse(bytes))?.objectValue?["normalizer"] else { return true }
    return normalizer == .object(usual) || XXH3.hash64(bytes) % 256 == 0
  }

  static func run(_ bytes: [UInt8]) throws {
    guard isCheap(bytes) else { return }
    let tokenizer = try WordPieceTokenizer(bytes: bytes)
    for text in texts {
      for limit in [tokenizer.specialTokenCount, tokenizer.specialTokenCount + 3, tokenizer.specialTokenCount + 500] {
        let ids = tokenizer.encode(text, maximumTokens: limit)
        expect(ids.count <= limit, "\(ids.count) ids of at most \(limit)")
        expect(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularyCount }, "an id outside of the vocabulary")
      }
    }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    JSONMutation.mutate(bytes, limit: limit, style: .compact, random: &random)
  }
}
