import M3Bytes

/// A GGUF file in the making, of which any field can be made wrong.
struct GGUFImage {
  struct Entry {
    var key: [UInt8]
    /// The length that is written. The default is the key's own.
    var keyLength: UInt64?
    var type: UInt32
    var value: [UInt8]
  }

  struct Tensor {
    var name: [UInt8]
    var nameLength: UInt64?
    /// The default is the number of dimensions.
    var dimensionCount: UInt32?
    /// Fastest first, as in the file.
    var dimensions: [UInt64]
    var type: UInt32
    var offset: UInt64
  }

  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  /// The counts that are written. The default is how many there are.
  var tensorCount: UInt64?
  var metadataCount: UInt64?
  var metadata: [Entry] = []
  var tensors: [Tensor] = []
  var alignment = 32
  var data: [UInt8] = []

  mutating func add(_ key: String, type: UInt32, value: [UInt8]) {
    metadata.append(Entry(key: Array(key.utf8), type: type, value: value))
  }

  mutating func add(_ key: String, uint32 value: UInt32) {
    add(key, type: 4, value: littleEndian(value))
  }

  mutating func add(_ key: String, string value: String) {
    add(key, type: 8, value: lengthPrefixed(Array(value.utf8)))
  }

  mutating func add(_ key: String, array elementType: UInt32, count: Int, elements: [UInt8]) {
    add(key, type: 9, value: littleEndian(elementType) + littleEndian(UInt64(count)) + elements)
  }

  /// Adds a tensor and its data; dimensions in the file's order.
  mutating func add(tensor name: String, dimensions: [UInt64], type: UInt32, data bytes: [UInt8]) {
    tensors.append(
      Tensor(name: Array(name.utf8), dimensions: dimensions, type: type, offset: UInt64(data.count)))
    data += bytes
    data += [UInt8](repeating: 0, count: padding(data.count))
  }

  /// The file, and where its parts begin: "metadata 0 key", "tensor 1 offset" and so on.
  func encoded() -> (bytes: [UInt8], places: [String: UInt64]) {
    var writer = ByteWriter()
    var places: [String: UInt64] = [:]
    func mark(_ name: String) { places[name] = UInt64(writer.count) }
    mark("magic")
    writer.append(magic)
    mark("version")
    writer.integer(version)
    mark("tensor count")
    writer.integer(tensorCount ?? UInt64(tensors.count))
    mark("metadata count")
    writer.integer(metadataCount ?? UInt64(metadata.count))
    for (index, entry) in metadata.enumerated() {
      mark("metadata \(index) key")
      writer.integer(entry.keyLength ?? UInt64(entry.key.count))
      writer.append(entry.key)
      mark("metadata \(index) type")
      writer.integer(entry.type)
      mark("metadata \(index) value")
      writer.append(entry.value)
    }
    for (index, tensor) in tensors.enumerated() {
      mark("tensor \(index) name")
      writer.integer(tensor.nameLength ?? UInt64(tensor.name.count))
      writer.append(tensor.name)
      mark("tensor \(index) dimensions")
      writer.integer(tensor.dimensionCount ?? UInt32(tensor.dimensions.count))
      for dimension in tensor.dimensions { writer.integer(dimension) }
      mark("tensor \(index) type")
      writer.integer(tensor.type)
      mark("tensor \(index) offset")
      writer.integer(tensor.offset)
    }
    mark("table end")
    writer.zeros(padding(writer.count))
    mark("data")
    writer.append(data)
    mark("end")
    return (writer.bytes, places)
  }

  private func padding(_ count: Int) -> Int {
    (alignment - count % alignment) % alignment
  }
}

func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

func littleEndian(_ values: [Float]) -> [UInt8] {
  values.flatMap { littleEndian($0.bitPattern) }
}

/// A string as GGUF writes it.
func lengthPrefixed(_ bytes: [UInt8]) -> [UInt8] {
  littleEndian(UInt64(bytes.count)) + bytes
}
