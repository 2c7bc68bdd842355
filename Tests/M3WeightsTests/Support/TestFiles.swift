import Glibc
import M3Bytes
import M3TestSupport
import M3Weights

extension Fixtures {
  static let tinyLlama = path("tiny/tiny-llama.gguf")
  static let tinyLlamaGolden = path("tiny/tiny-llama.golden.json")
  static let quantization = path("quantization/golden.json")
}

/// A file that goes when the test ends.
final class TemporaryFile {
  let path: String
  private let folder: String
  private let descriptor: Int32

  init(_ bytes: [UInt8]) throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/m3-weights-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError(.makeDirectory, path: base) }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = "\(folder)/model.gguf"
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else { throw FileError(.create, path: path) }
    try overwrite(bytes, at: 0)
  }

  deinit {
    close(descriptor)
    unlink(path)
    rmdir(folder)
  }

  func overwrite(_ bytes: [UInt8], at offset: Int) throws {
    guard pwrite(descriptor, bytes, bytes.count, offset) == bytes.count else { throw FileError(.write, path: path) }
  }

  func truncate(to count: Int) throws {
    guard ftruncate(descriptor, count) == 0 else { throw FileError(.write, path: path) }
  }
}

extension GGUFFile {
  /// All values of a tensor, row-major.
  func values(_ tensor: GGUFTensor) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: tensor.elementCount) { buffer, initialized in
      try readRows(tensor, rows: 0..<tensor.rowCount, into: buffer.baseAddress!)
      initialized = tensor.elementCount
    }
  }
}

extension Sequence<Float> {
  /// The sum of the bit patterns: it does not depend on the order and rounds nothing.
  var bitSum: UInt64 { reduce(0) { $0 + UInt64($1.bitPattern) } }
}
