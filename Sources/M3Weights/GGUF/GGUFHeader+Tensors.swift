import M3Bytes

extension GGUFHeader {
  mutating func readTensorTable(_ cursor: inout GGUFCursor, count: UInt64) throws {
    var entries: [Entry] = []
    entries.reserveCapacity(Int(count))
    var names: Set<String> = []
    for index in 0..<count {
      let entry = try Entry(&cursor, index: index)
      guard names.insert(entry.name).inserted else {
        throw FormatError(.duplicate("tensor \(entry.name)"), field: "tensor \(entry.name)", at: entry.offset)
      }
      entries.append(entry)
    }
    let alignment = try alignment()
    // No overflow: the header's limit bounds the position and the alignment is at most 1 MiB.
    let dataOffset = (cursor.position + alignment - 1) / alignment * alignment
    for entry in entries {
      let tensor = try entry.tensor(dataOffset: dataOffset, alignment: alignment, fileSize: cursor.fileSize)
      tensorNames.append(entry.name)
      tensors[entry.name] = tensor
    }
    try refuseOverlaps()
    try refuseVoid(dataOffset: dataOffset, fileSize: cursor.fileSize)
  }

  /// The whole file is hashed: a model's identity must not take hours because of bytes that say nothing.
  private func refuseVoid(dataOffset: UInt64, fileSize: UInt64) throws {
    let held = tensors.values.reduce(UInt64(0)) { $0 + UInt64($1.byteCount) }
    let unheld = max(fileSize, dataOffset) - dataOffset - held
    guard unheld <= GGUFFormat.voidByteLimit else {
      throw FormatError(
        .outOfRange(
          found: "\(unheld) bytes that no tensor holds", allowed: "at most \(GGUFFormat.voidByteLimit)"),
        field: "tensor data", at: dataOffset)
    }
  }

  private func refuseOverlaps() throws {
    let inOrder = tensors.values.sorted { ($0.byteOffset, $0.entryOffset) < ($1.byteOffset, $1.entryOffset) }
    for (tensor, next) in zip(inOrder, inOrder.dropFirst()) {
      // Both lie in the file, so the sum is within it.
      let end = tensor.byteOffset + UInt64(tensor.byteCount)
      guard end <= next.byteOffset else {
        throw FormatError(
          .malformed("overlaps \(tensor.name), whose data ends at byte \(end)"),
          field: "tensor \(next.name), data", at: next.byteOffset)
      }
    }
  }

  /// An entry of the tensor table, before the place of the data is known.
  private struct Entry {
    /// Where the entry begins in the file.
    let offset: UInt64
    let name: String
    let type: TensorType
    let shape: [Int]
    let byteCount: Int
    /// Relative to the tensor data.
    let dataOffset: UInt64
    let dataOffsetOffset: UInt64

    init(_ cursor: inout GGUFCursor, index: UInt64) throws {
      offset = cursor.position
      let name = try cursor.name(limit: GGUFFormat.tensorNameByteLimit, "tensor \(index), name")
      self.name = name
      let dimensionsOffset = cursor.position
      shape = try Entry.readShape(&cursor, name)
      let typeOffset = cursor.position
      let number: UInt32 = try cursor.integer("tensor \(name), type")
      guard let type = TensorType(rawValue: number) else {
        throw FormatError(
          .unsupported(found: "tensor type \(TensorType.name(ofNumber: number))"),
          field: "tensor \(name), type", at: typeOffset)
      }
      self.type = type
      byteCount = try Entry.byteCount(type, shape, field: "tensor \(name), dimensions", at: dimensionsOffset)
      dataOffsetOffset = cursor.position
      dataOffset = try cursor.integer("tensor \(name), offset")
    }

    private static func readShape(_ cursor: inout GGUFCursor, _ name: String) throws -> [Int] {
      let field = "tensor \(name), dimensions"
      let countOffset = cursor.position
      let count: UInt32 = try cursor.integer(field)
      guard GGUFFormat.dimensionCounts.contains(count) else {
        let (low, high) = (GGUFFormat.dimensionCounts.lowerBound, GGUFFormat.dimensionCounts.upperBound)
        throw FormatError(
          .outOfRange(found: "\(count) dimensions", allowed: "\(low) to \(high)"), field: field, at: countOffset)
      }
      var shape: [Int] = []
      for _ in 0..<count {
        let offset = cursor.position
        let dimension: UInt64 = try cursor.integer(field)
        guard dimension >= 1, let dimension = Int(exactly: dimension) else {
          throw FormatError(.outOfRange(found: "\(dimension)", allowed: "1 to \(Int.max)"), field: field, at: offset)
        }
        shape.append(dimension)
      }
      return shape.reversed()
    }

    private static func byteCount(
      _ type: TensorType, _ shape: [Int], field: String, at offset: UInt64
    ) throws(FormatError) -> Int {
      let columns = shape[shape.count - 1]
      guard columns % type.blockSize == 0 else {
        throw FormatError(
          .outOfRange(found: "rows of \(columns) values", allowed: "multiples of \(type.blockSize) for \(type)"),
          field: field, at: offset)
      }
      // Both the values and the bytes must be countable: a value takes more in memory than here.
      var byteCount = columns / type.blockSize
      var valueByteCount = columns
      for factor in shape.dropLast() {
        byteCount = try product(byteCount, factor, field, offset)
        valueByteCount = try product(valueByteCount, factor, field, offset)
      }
      _ = try product(valueByteCount, MemoryLayout<Float>.size, field, offset)
      return try product(byteCount, type.bytesPerBlock, field, offset)
    }

    private static func product(_ a: Int, _ b: Int, _ field: String, _ offset: UInt64) throws(FormatError) -> Int {
      let (product, overflow) = a.multipliedReportingOverflow(by: b)
      guard !overflow else { throw FormatError(.overflow, field: field, at: offset) }
      return product
    }

    func tensor(dataOffset base: UInt64, alignment: UInt64, fileSize: UInt64) throws(FormatError) -> GGUFTensor {
      guard dataOffset % alignment == 0 else {
        throw FormatError(
          .outOfRange(found: "\(dataOffset)", allowed: "multiples of \(alignment)"),
          field: "tensor \(name), offset", at: dataOffsetOffset)
      }
      let (start, overflow) = base.addingReportingOverflow(dataOffset)
      guard !overflow else {
        throw FormatError(.overflow, field: "tensor \(name), offset", at: dataOffsetOffset)
      }
      let available = fileSize > start ? fileSize - start : 0
      guard UInt64(byteCount) <= available else {
        throw FormatError(
          .truncated(needed: UInt64(byteCount), available: available), field: "tensor \(name), data", at: start)
      }
      return GGUFTensor(
        name: name, type: type, shape: shape, byteOffset: start, byteCount: byteCount, entryOffset: offset)
    }
  }
}
