import M3Bytes

/// Writes small GGUF files of version 3, for models that no fixture has.
package struct GGUFBuilder: Sendable {
  /// A value of the types that a model's shape and its tokenizer are written in.
  package enum Value: Sendable {
    case uint32(UInt32)
    case float32(Float)
    case bool(Bool)
    case string(String)
    case uint8s([UInt8])
    case int32s([Int32])
    case float32s([Float])
    /// UTF-8 of each.
    case strings([[UInt8]])
  }

  package struct Tensor: Sendable {
    /// Row-major, the fastest dimension last.
    package var shape: [Int]
    /// Of a float32 tensor.
    package var values: [Float]
    /// Of any other: ggml's number of the type and its bytes, in place of the values.
    package var blocks: (type: UInt32, bytes: [UInt8])?

    var byteCount: Int { blocks?.bytes.count ?? 4 * values.count }
  }

  package var metadata: [String: Value] = [:]
  package var tensors: [String: Tensor] = [:]

  package init() {}

  package mutating func add(_ name: String, shape: [Int], _ values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "as many values as the shape says")
    tensors[name] = Tensor(shape: shape, values: values)
  }

  package mutating func add(_ name: String, shape: [Int], type: UInt32, blocks bytes: [UInt8]) {
    tensors[name] = Tensor(shape: shape, values: [], blocks: (type, bytes))
  }

  /// The file's bytes; keys and tensors in the order of their names.
  package var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.append("GGUF".utf8)
    writer.integer(UInt32(3))
    writer.integer(UInt64(tensors.count))
    writer.integer(UInt64(metadata.count))
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      Self.append(key.utf8, to: &writer)
      Self.append(value, to: &writer)
    }
    let sorted = tensors.sorted { $0.key < $1.key }
    var offset = 0
    for (name, tensor) in sorted {
      Self.append(name.utf8, to: &writer)
      writer.integer(UInt32(tensor.shape.count))
      for dimension in tensor.shape.reversed() { writer.integer(UInt64(dimension)) }
      writer.integer(tensor.blocks?.type ?? 0)
      writer.integer(UInt64(offset))
      offset += Self.padded(tensor.byteCount)
    }
    writer.zeros(Self.padded(writer.count) - writer.count)
    for (_, tensor) in sorted {
      for value in tensor.values { writer.integer(value.bitPattern) }
      writer.append(tensor.blocks?.bytes ?? [])
      writer.zeros(Self.padded(writer.count) - writer.count)
    }
    return writer.bytes
  }

  private static func append(_ value: Value, to writer: inout ByteWriter) {
    switch value {
    case .uint32(let number):
      writer.integer(UInt32(4))
      writer.integer(number)
    case .float32(let number):
      writer.integer(UInt32(6))
      writer.integer(number.bitPattern)
    case .bool(let bool):
      writer.integer(UInt32(7))
      writer.integer(UInt8(bool ? 1 : 0))
    case .string(let text):
      writer.integer(UInt32(8))
      append(text.utf8, to: &writer)
    case .uint8s(let elements):
      append(elements, type: 0, to: &writer) { $1.integer($0) }
    case .int32s(let elements):
      append(elements, type: 5, to: &writer) { $1.integer($0) }
    case .float32s(let elements):
      append(elements, type: 6, to: &writer) { $1.integer($0.bitPattern) }
    case .strings(let elements):
      append(elements, type: 8, to: &writer) { append($0, to: &$1) }
    }
  }

  private static func append<Element>(
    _ elements: [Element], type: UInt32, to writer: inout ByteWriter, _ append: (Element, inout ByteWriter) -> Void
  ) {
    writer.integer(UInt32(9))
    writer.integer(type)
    writer.integer(UInt64(elements.count))
    for element in elements { append(element, &writer) }
  }

  private static func append(_ text: some Collection<UInt8>, to writer: inout ByteWriter) {
    writer.integer(UInt64(text.count))
    writer.append(text)
  }

  /// Tensor data lies at multiples of 32 bytes, GGUF's default.
  private static func padded(_ count: Int) -> Int { (count + 31) / 32 * 32 }
}
