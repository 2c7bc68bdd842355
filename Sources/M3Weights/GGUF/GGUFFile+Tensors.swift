import M3Bytes

extension GGUFFile {
  /// The tensor of a name, which must have the shape that the caller expects.
  /// - Parameter shape: Row-major, the fastest dimension last: `[rows, columns]` for a matrix,
  ///   `[columns]` for a vector. GGUF writes it the other way round; tools that print a file's own
  ///   list print it backwards.
  /// - Throws: ``FormatError`` `missing`, or `mismatch` with both shapes.
  public func tensor(_ name: String, shape: [Int]) throws -> GGUFTensor {
    guard let tensor = tensors[name] else {
      throw FormatError(.missing("tensor \(name)"), field: "tensor table", file: path)
    }
    guard tensor.shape == shape else {
      throw FormatError(
        .mismatch(expected: "shape \(shape)", found: "\(tensor.shape)"),
        field: "tensor \(name), dimensions", at: tensor.entryOffset, file: path)
    }
    return tensor
  }

  /// Reads rows as float32, `(rows, columns)`, row-major.
  ///
  /// Only the bytes of these rows are read, a piece at a time. Each value is what ggml's reference
  /// dequantisation gives, to the bit.
  /// - Parameters:
  ///   - rows: Within `0..<tensor.rowCount`.
  ///   - output: Room for `rows.count * tensor.columnCount` floats.
  /// - Throws: ``FormatError`` `outOfRange` with tensor, row and column where a weight is not
  ///   finite, `truncated` where the file has become shorter; ``FileError``. The output is then
  ///   of no use.
  public func readRows(_ tensor: GGUFTensor, rows: Range<Int>, into output: UnsafeMutablePointer<Float>) throws {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= tensor.rowCount, "rows outside of the tensor")
    let (bytesPerRow, columns) = (tensor.bytesPerRow, tensor.columnCount)
    let rowsPerPiece = min(rows.count, max(1, GGUFFile.pieceSize / bytesPerRow))
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: rowsPerPiece * bytesPerRow, alignment: 64)
    defer { piece.deallocate() }
    var row = rows.lowerBound
    while row < rows.upperBound {
      let count = min(rowsPerPiece, rows.upperBound - row)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: piece[..<(count * bytesPerRow)])
      try read(tensor, fromRow: row, into: bytes)
      let target = output + (row - rows.lowerBound) * columns
      tensor.type.dequantize(UnsafeRawPointer(bytes.baseAddress!), into: target, count: count * columns)
      let values = UnsafeBufferPointer(start: target, count: count * columns)
      if let index = firstNonFinite(in: values) {
        throw nonFinite(values[index], in: tensor, row: row + index / columns, column: index % columns)
      }
      row += count
    }
  }

  /// A vector as float32.
  /// - Throws: ``FormatError`` `mismatch` where the tensor has more than one dimension, and as
  ///   ``readRows(_:rows:into:)`` does.
  public func readVector(_ tensor: GGUFTensor) throws -> [Float] {
    guard tensor.shape.count == 1 else {
      throw FormatError(
        .mismatch(expected: "a vector", found: "shape \(tensor.shape)"),
        field: "tensor \(tensor.name), dimensions", at: tensor.entryOffset, file: path)
    }
    return try [Float](unsafeUninitializedCapacity: tensor.columnCount) { buffer, initialized in
      try readRows(tensor, rows: 0..<1, into: buffer.baseAddress!)
      initialized = tensor.columnCount
    }
  }

  /// The bytes of rows as they lie in the file: `rows.count * tensor.bytesPerRow` of them.
  ///
  /// Nothing says that the weights in them are finite.
  /// - Parameter rows: Within `0..<tensor.rowCount`.
  /// - Throws: ``FormatError`` `truncated` where the file has become shorter; ``FileError``.
  public func readRaw(_ tensor: GGUFTensor, rows: Range<Int>) throws -> [UInt8] {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= tensor.rowCount, "rows outside of the tensor")
    let count = rows.count * tensor.bytesPerRow
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      try read(tensor, fromRow: rows.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
  }

  /// Bytes that are read and dequantised at a time: few enough to stay in the cache.
  private static let pieceSize = 1 << 18

  private func read(_ tensor: GGUFTensor, fromRow row: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
    let offset = tensor.byteOffset + UInt64(row * tensor.bytesPerRow)
    let count = try file.read(into: bytes, at: offset)
    guard count == bytes.count else {
      throw FormatError(
        .truncated(needed: UInt64(bytes.count), available: UInt64(count)),
        field: "tensor \(tensor.name), row \(row + count / tensor.bytesPerRow)", at: offset, file: path)
    }
  }

  private func nonFinite(_ value: Float, in tensor: GGUFTensor, row: Int, column: Int) -> FormatError {
    let block = column / tensor.type.blockSize * tensor.type.bytesPerBlock
    return FormatError(
      .outOfRange(found: nonFiniteName(value), allowed: "finite numbers"),
      field: "tensor \(tensor.name), row \(row), column \(column)",
      at: tensor.byteOffset + UInt64(row * tensor.bytesPerRow + block), file: path)
  }
}
