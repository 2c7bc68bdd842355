import ArgumentParser
import M3Bytes
import M3Codec
import M3Command
import M3JSON
import M3Memory
import M3Quantizer
import M3Spool
import M3Stage

struct ReportCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "What coding cost: bytes, and the error of each layer's keys and values by head.",
    discussion: """
      Errors are relative: the squared error by the squared distance from the mean, over a sample of the memories.
      """)

  @Option(help: "The folder of memories that was coded.")
  var input: String

  @Option(help: "The folder of references that they were made from.")
  var references: String

  @Option(help: "The folder of codes.")
  var codes: String

  @Option(help: "The model that made the memories: a GGUF file; for predicted codecs.")
  var model: String?

  @Option(help: "Memories that errors are measured on.")
  var sample = 200

  @Flag(help: "Prints JSON.")
  var json = false

  @OptionGroup var runOptions: RunOptions

  func validate() throws {
    guard (1...1_000_000).contains(sample) else { throw ValidationError("--sample takes 1 to 1000000") }
  }

  func execute() throws {
    let folder = StageFolder(codes)
    let sizes = try CodeSizes(folder)
    guard let (codebook, description) = try CodecFiles(folder: folder).existing() else {
      throw StageError.upstreamMissing(folder: codes, what: "it has no codec: m3-quantize makes one")
    }
    let tasks = try MemoryInput(memories: input, references: references)
    let memories = try SampledMemories(tasks.files(), size: sample, seed: 1)
    let codec = try CodecRegistry.codec(description: description, shape: memories.producer.shape) { codebook }
    var features: (any FeatureProvider)?
    if let kind = codec.features {
      guard let model else { throw UsageError("--model is wanted: codec \(codec.name) predicts memories from it") }
      let file = try ModelFile(path: model)
      try file.requireProduced(memories.producer, bank: input)
      features = try LoadedModel(file).features(kind, bos: memories.bos, producer: memories.producer)
    }
    let errors = try CodingErrors(memories, codec: codec, features: features, workers: runOptions.workerCount)
    print(errors, sizes, codec: description, shape: memories.producer.shape)
  }

  private func print(_ errors: CodingErrors, _ sizes: CodeSizes, codec: JSONObject, shape: MemoryShape) {
    if json {
      let object: JSONObject = [
        "bytes_per_reference": .double(sizes.mean), "codec": .object(codec),
        "entropy_bits_per_byte": .double(errors.entropy), "largest_bytes": .integer(Int64(sizes.largest)),
        "relative_errors": .object([
          "keys": .array(errors.keys.map { .double($0) }), "values": .array(errors.values.map { .double($0) }),
        ]),
      ]
      return StandardOutput.write(String(decoding: JSONValue.object(object).serialized(.pretty), as: UTF8.self))
    }
    var text = sizes.summary
    text += "entropy of the codes \(errors.entropy.formatted(decimals: 3)) bits a byte\n"
    text +=
      "relative error: keys \(errors.meanKeys.formatted(decimals: 4)), values \(errors.meanValues.formatted(decimals: 4))\n"
    text += "layer  keys by head | values by head\n"
    let heads = shape.keyValueHeadCount
    for (index, layer) in shape.layers.enumerated() {
      let entries = index * heads..<(index + 1) * heads
      let keys = errors.keys[entries].map { $0.formatted(decimals: 3) }.joined(separator: " ")
      let values = errors.values[entries].map { $0.formatted(decimals: 3) }.joined(separator: " ")
      text += String(repeating: " ", count: max(0, 5 - "\(layer)".count)) + "\(layer)  \(keys) | \(values)\n"
    }
    StandardOutput.write(text)
  }
}
