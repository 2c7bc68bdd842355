public import M3Bytes

/// A safetensors file: its table of tensors in memory, its weights on disk.
///
/// The file stays open and weights are read with `pread` when they are asked for, from any thread. What the reference
/// implementation refuses is refused, and so are names that are not printable ASCII, fields that are not known, and
/// tensors of more than eight dimensions.
public final class SafetensorsFile: Sendable {
  public let path: String
  /// The strings under `__metadata__`.
  public let metadata: [String: String]
  public let tensors: [String: SafetensorsTensor]
  /// The names of ``tensors`` in the order of the header.
  public let tensorNames: [String]

  private let file: ReadableFile

  /// Reads and checks all that comes before the tensor data.
  ///
  /// No more is allocated than a small multiple of those bytes, whatever the numbers in them say.
  /// - Throws: ``FormatError`` with the field and its byte offset; ``FileError``.
  public convenience init(path: String) throws {
    try self.init(ReadableFile(path: path))
  }

  /// The same for a file that is open already.
  package init(_ file: ReadableFile) throws {
    let header: SafetensorsHeader
    do {
      header = try SafetensorsHeader(file)
    } catch let error as FormatError {
      throw error.inFile(file.path)
    }
    path = file.path
    self.file = file
    metadata = header.metadata
    tensors = header.tensors
    tensorNames = header.tensorNames
  }

  /// SHA-256 of the whole file as it was opened.
  /// - Throws: ``FormatError`` `truncated` or `mismatch` where the file's size is no longer what it was; ``FileError``.
  public func contentDigest() throws -> SHA256Digest {
    let (digest, _) = try SHA256Digest.of(file, in: 0..<file.size)
    let size = try file.currentSize()
    guard size == file.size else {
      throw FormatError(
        .mismatch(expected: "\(file.size) bytes, as when it was opened", found: "\(size)"), field: "file size",
        file: path)
    }
    return digest
  }
}

extension SafetensorsFile {
  /// The tensor of a name, which must have the shape that the caller expects.
  /// - Throws: ``FormatError`` `missing`, or `mismatch` with both shapes.
  public func tensor(_ name: String, shape: [Int]) throws(FormatError) -> SafetensorsTensor {
    guard let tensor = tensors[name] else {
      throw FormatError(.missing("tensor \(name)"), field: "header", file: path)
    }
    guard tensor.shape == shape else {
      throw FormatError(
        .mismatch(expected: "shape \(shape)", found: "\(tensor.shape)"), field: "tensor \(name), shape",
        at: tensor.entryOffset, file: path)
    }
    return tensor
  }

  /// Reads rows as float32, `(rows, columns)`, row-major: of F32 as they are, of F16 and BF16 widened exactly.
  ///
  /// - Parameters:
  ///   - rows: Within `0..<tensor.rowCount`.
  ///   - output: Room for `rows.count * tensor.columnCount` floats.
  /// - Throws: ``FormatError`` `unsupported` for another type, `outOfRange` with tensor, row and column where a weight
  ///   is not finite, `truncated` where the file has become shorter; ``FileError``. The output is then of no use.
  public func readRows(_ tensor: SafetensorsTensor, rows: Range<Int>, into output: UnsafeMutablePointer<Float>) throws {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= tensor.rowCount, "rows outside of the tensor")
    let type = try readableType(tensor)
    let columns = tensor.columnCount
    let size = type.bytesPerBlock
    let count = rows.count * columns
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: min(count * size, Self.pieceSize), alignment: 64)
    defer { piece.deallocate() }
    var done = 0
    while done < count {
      let now = min(count - done, Self.pieceSize / size)
      let first = rows.lowerBound * columns + done
      let place = tensor.byteOffset + UInt64(first * size)
      let bytes = UnsafeMutableRawBufferPointer(rebasing: piece[..<(now * size)])
      let got = try file.read(into: bytes, at: place)
      guard got == bytes.count else {
        throw FormatError(
          .truncated(needed: UInt64(bytes.count), available: UInt64(got)), field: "tensor \(tensor.name)", at: place,
          file: path)
      }
      type.dequantize(UnsafeRawPointer(bytes.baseAddress!), into: output + done, count: now)
      if let index = firstNonFinite(in: UnsafeBufferPointer(start: output + done, count: now)) {
        let (row, column) = (first + index).quotientAndRemainder(dividingBy: columns)
        throw FormatError(
          .outOfRange(found: nonFiniteName(output[done + index]), allowed: "finite numbers"),
          field: "tensor \(tensor.name), row \(row), column \(column)", at: place + UInt64(index * size), file: path)
      }
      done += now
    }
  }

  /// All values of a tensor as float32, row-major.
  /// - Throws: as ``readRows(_:rows:into:)``.
  public func readValues(_ tensor: SafetensorsTensor) throws -> [Float] {
    // A type that is not read may have more values than memory has room for floats.
    _ = try readableType(tensor)
    return try [Float](unsafeUninitializedCapacity: tensor.elementCount) { buffer, initialized in
      if let start = buffer.baseAddress { try readRows(tensor, rows: 0..<tensor.rowCount, into: start) }
      initialized = tensor.elementCount
    }
  }

  private func readableType(_ tensor: SafetensorsTensor) throws(FormatError) -> TensorType {
    guard let type = tensor.type.readable else {
      throw FormatError(
        .unsupported(found: "weights of type \(tensor.type)"), field: "tensor \(tensor.name), dtype",
        at: tensor.entryOffset, file: path)
    }
    return type
  }

  /// Bytes that are read and widened at a time: few enough to stay in the cache.
  private static let pieceSize = 1 << 18
}
