import M3Bytes
import M3JSON
import M3Tensor
import M3TestSupport
import M3Transformer
import M3Weights

/// The random encoder of `fixtures/bert`.
enum TinyBert {
  static let weightsPath = Fixtures.path("bert/tiny/model.safetensors")

  /// The fields of its `config.json`, after a change.
  static func fields(_ change: (inout JSONObject) -> Void = { _ in }) throws -> JSONFields {
    let bytes = try ReadableFile.contents(of: Fixtures.path("bert/tiny/config.json"), limit: 1 << 20)
    var object = try JSONFields(JSONValue.parse(bytes), path: "config").object
    change(&object)
    return JSONFields(object, path: "config")
  }

  static func model(kernels: Kernels = .best, _ change: (inout JSONObject) -> Void = { _ in }) throws -> BertModel {
    try BertModel(
      SafetensorsFile(path: weightsPath), configuration: BertConfiguration(fields(change)), kernels: kernels)
  }
}

/// The tensors of a safetensors file, to be changed and written again.
struct EditableTensors {
  var entries: [(name: String, type: String, shape: [Int], bytes: [UInt8])]

  init(_ path: String) throws {
    let file = try SafetensorsFile(path: path)
    let bytes = try ReadableFile.contents(of: path, limit: 1 << 20)
    entries = file.tensorNames.map { name in
      let tensor = file.tensors[name]!
      let start = Int(tensor.byteOffset)
      return (name, tensor.type.rawValue, tensor.shape, Array(bytes[start..<start + tensor.byteCount]))
    }
  }

  var bytes: [UInt8] {
    var header = JSONObject()
    var offset = 0
    for entry in entries {
      let end = offset + entry.bytes.count
      header[entry.name] = [
        "dtype": .string(entry.type), "shape": .array(entry.shape.map { .integer(Int64($0)) }),
        "data_offsets": [.integer(Int64(offset)), .integer(Int64(end))],
      ]
      offset = end
    }
    let text = JSONValue.object(header).serialized(.compact)
    var writer = ByteWriter()
    writer.integer(UInt64(text.count))
    writer.append(text)
    for entry in entries { writer.append(entry.bytes) }
    return writer.bytes
  }
}

extension BertPass {
  /// The hidden states of a batch, a list for each sequence.
  func states(_ sequences: [[Int32]], width: Int) -> [[Float]] {
    var pointer = run(sequences)
    return sequences.map { sequence in
      defer { pointer += sequence.count * width }
      return Array(UnsafeBufferPointer(start: pointer, count: sequence.count * width))
    }
  }
}
