public import ArgumentParser
import M3Bytes
public import M3Codec
import M3Command
import M3JSON
public import M3Quantizer
import M3Spool

struct QuantizeCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Error, speed and training time of sparse codecs on vectors of memories.",
    discussion: """
      Codebooks are trained on five of six references and tested on the sixth, one thread. A line a codec, scope and size: \
      mean squared error a test vector, and the variance; vectors a CPU second of encoding; CPU microseconds of decoding a \
      whole memory; CPU seconds of training. fixtures/peers/quantize.py measures FAISS's codecs by the same rule.
      """)

  @Option(help: "A folder of memories, as m3-encode wrote them, or one of its files.")
  var input: String

  @Option(parsing: .upToNextOption, help: "Codecs: int8, int4, int3, int2, pq, opq, residual, memory3.")
  var codec: [QuantizerCodec] = [.int4, .pq, .opq, .residual, .memory3]

  @Option(parsing: .upToNextOption, help: "What shares a codebook: global, part, layer, head.")
  var scope: [CodebookScope] = [.global]

  @Option(parsing: .upToNextOption, help: "Bytes of a vector, of codecs that have codebooks.")
  var codeBytes = [11]

  @Option(help: "Bits of a code, of pq, opq and residual.")
  var codeBits = 8

  @Option(help: "References that are read.")
  var references = 1500

  @Option(help: "Vectors to train with.")
  var vectors = 262_144

  @Option(help: "CPU seconds that encoding and decoding are timed for, each.")
  var seconds = 2.0

  @Option(help: "What is drawn, and what training begins with.")
  var seed: UInt32 = 1

  func validate() throws {
    if let codec = codec.first(where: { $0.isPredicted }) {
      throw ValidationError(
        "--codec \(codec.rawValue): vectors are coded together, their error is in m3-quantize report")
    }
    guard (6...1 << 20).contains(references) else { throw ValidationError("--references takes 6 to \(1 << 20)") }
    guard (1...1 << 26).contains(vectors) else { throw ValidationError("--vectors takes 1 to \(1 << 26)") }
    guard (1...16).contains(codeBits) else { throw ValidationError("--code-bits takes 1 to 16") }
    guard codeBytes.allSatisfy((1...4096).contains) else { throw ValidationError("--code-bytes takes 1 to 4096") }
    guard seconds >= 0, seconds <= 3600 else { throw ValidationError("--seconds takes 0 to 3600") }
  }

  func execute() throws {
    let split = try MemorySplit(path: file(), references: references, vectors: vectors, seed: UInt64(seed))
    let measurement = CodecMeasurement(split: split, seed: seed, seconds: seconds)
    for codec in codec {
      // What does not apply is measured once.
      for scope in codec.isProduct ? scope : [.head] {
        for bytes in codec.isProduct ? codeBytes : [0] {
          var object = try measurement.run(
            .init(codec: codec, scope: scope, codeBytes: bytes, codeBits: codeBits))
          object["bench"] = "quantize"
          JSONLine.write(object)
        }
      }
    }
  }

  /// The file, or the folder's first one.
  private func file() throws -> String {
    guard try FilePaths.kind(input) == .directory else { return input }
    guard let name = try FilePaths.list(input).first(where: { MemoryFiles.isMemories($0) && !MemoryFiles.isCodes($0) })
    else {
      throw UsageError("\(input): no memories")
    }
    return FilePaths.join(input, name)
  }
}

extension QuantizerCodec: ExpressibleByArgument {}
extension CodebookScope: ExpressibleByArgument {}
