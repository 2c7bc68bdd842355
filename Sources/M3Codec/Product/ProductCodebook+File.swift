public import M3Bytes
import M3JSON
public import M3Memory

/// File `codebook.m3c` of the vector codecs, version 1, little-endian: magic `M3PRODQ\0`, u32 version, u32 entries, u32 D, u32
/// length of the description, that canonical JSON (`codec`, `scope`, `layers`, `seed`, `sample`, `producer`), u32 1 where
/// vectors are rotated and 0 otherwise, u32 stages, of each u32 subspaces and u32 centroids; then of every cell the mean
/// (D) and the rotation (D, D) as float32 and the centroids as float16; then XXH3-64 of all before it.
extension ProductCodebook {
  static let magic = Array("M3PRODQ\0".utf8)
  private static let version: UInt32 = 1
  private static let mostDescriptionBytes = 1 << 20

  public var bytes: [UInt8] {
    var writer = ByteWriter(
      capacity: 4096 + cells.count * (4 * layout.dimension * (layout.dimension + 1) + 2 * layout.centroidElementCount))
    let json = JSONValue.object(description).serialized(.canonical)
    writer.append(Self.magic)
    writer.integer(Self.version)
    writer.integer(UInt32(shape.entryCount))
    writer.integer(UInt32(shape.headDimension))
    writer.integer(UInt32(json.count))
    writer.append(json)
    writer.integer(UInt32(layout.isRotated ? 1 : 0))
    writer.integer(UInt32(layout.stages.count))
    for stage in layout.stages {
      writer.integer(UInt32(stage.subspaceCount))
      writer.integer(UInt32(stage.centroidCount))
    }
    for cell in cells {
      for element in cell.mean { writer.integer(element.bitPattern) }
      for element in cell.rotation { writer.integer(element.bitPattern) }
      for element in cell.centroids { writer.integer(Float16(element).bitPattern) }
    }
    writer.integer(XXH3.hash64(writer.bytes))
    return writer.bytes
  }

  private var description: JSONObject {
    [
      "codec": .string(name), "scope": .string(scope.rawValue),
      "layers": .array(shape.layers.map { .integer(Int64($0)) }),
      "seed": .integer(Int64(seed)), "sample": .integer(Int64(sampleSize)), "producer": .object(producer),
    ]
  }

  /// - Throws: ``FormatError``: damage; heads or layers other than the memories'; sizes that do not fit; elements that are
  ///   not finite; a rotation with an element beyond ±1.
  public init(bytes: [UInt8], shape: MemoryShape) throws(FormatError) {
    self = try ByteReader.read(bytes) { reader throws(FormatError) in try Self.read(&reader, shape) }
  }

  private static func read(_ reader: inout ByteReader, _ shape: MemoryShape) throws(FormatError) -> ProductCodebook {
    try reader.header(magic: magic, version: version)
    try reader.require(shape)
    let header = try ProductCodebookHeader(&reader, shape: shape, mostBytes: mostDescriptionBytes)
    let layout = try layout(&reader, dimension: shape.headDimension)
    let cellCount = header.scope.cellCount(shape)
    let cellBytes =
      4 * layout.dimension * (layout.isRotated ? layout.dimension + 1 : 1) + 2 * layout.centroidElementCount
    // Nothing is allocated before it is known to be there.
    guard reader.remaining == cellCount * cellBytes + 8 else {
      throw FormatError(
        .mismatch(expected: "\(cellCount * cellBytes + 8) bytes of cells", found: "\(reader.remaining)"),
        field: "cells",
        at: reader.byteOffset)
    }
    var cells: [ProductCell] = []
    cells.reserveCapacity(cellCount)
    for _ in 0..<cellCount { cells.append(try cell(&reader, layout)) }
    try reader.checksum("checksum")
    try reader.end("codebook")
    return ProductCodebook(
      name: header.name, shape: shape, scope: header.scope, layout: layout, cells: cells, producer: header.producer,
      seed: header.seed, sampleSize: header.sampleSize)
  }

  private static func layout(_ reader: inout ByteReader, dimension: Int) throws(FormatError) -> ProductLayout {
    let offset = reader.byteOffset
    let rotated = try reader.integer(UInt32.self, "rotated")
    let count = try reader.integer(UInt32.self, "stages")
    guard rotated <= 1, count <= 64 else {
      throw FormatError(.malformed("rotated \(rotated), \(count) stages"), field: "stages", at: offset)
    }
    var stages: [ProductLayout.Stage] = []
    for _ in 0..<count {
      let subspaces = try reader.integer(UInt32.self, "subspaces")
      stages.append(
        .init(subspaceCount: Int(subspaces), centroidCount: Int(try reader.integer(UInt32.self, "centroids"))))
    }
    guard ProductLayout.isValid(dimension: dimension, stages: stages) else {
      throw FormatError(.malformed("stages that do not fit \(dimension) elements"), field: "stages", at: offset)
    }
    return ProductLayout(dimension: dimension, isRotated: rotated == 1, stages: stages)
  }

  private static func cell(_ reader: inout ByteReader, _ layout: ProductLayout) throws(FormatError) -> ProductCell {
    let mean = try reader.floats(layout.dimension, "mean")
    let rotationOffset = reader.byteOffset
    let rotation = try reader.floats(layout.isRotated ? layout.dimension * layout.dimension : 0, "rotation")
    if let bad = rotation.firstIndex(where: { abs($0) > 1.001 }) {
      throw FormatError(
        .outOfRange(found: "\(rotation[bad])", allowed: "−1 … 1"), field: "rotation",
        at: rotationOffset + UInt64(4 * bad))
    }
    let offset = reader.byteOffset
    let halves = try reader.slice(2 * layout.centroidElementCount, "centroids")
    let centroids = (0..<layout.centroidElementCount).map {
      Float(Float16(bitPattern: UInt16(littleEndian: halves.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self))))
    }
    if let bad = centroids.firstIndex(where: { !$0.isFinite }) {
      throw FormatError(
        .outOfRange(found: "\(centroids[bad])", allowed: "finite"), field: "centroids", at: offset + UInt64(2 * bad))
    }
    return ProductCell(mean: mean, rotation: rotation, centroids: centroids)
  }
}
