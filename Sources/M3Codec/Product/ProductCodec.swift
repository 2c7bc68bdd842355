public import M3Bytes
public import M3JSON
public import M3Memory
package import M3Tensor

/// Vectors as codes of centroids (paper, section 3.3): ``ProductCodebook`` says how.
///
/// A vector is its codes, stage after stage and subspace after subspace, packed from the lowest bit of the first byte on, in
/// whole bytes; bits behind the last code are zero.
public struct ProductCodec: VectorCodec {
  public let codebook: ProductCodebook
  private let packing: CodePacking
  private let decoder: ProductDecoder
  /// Encoders by cell, made when they are first needed: reading takes none.
  private let encoders: EncoderCache
  private let kernels: Kernels

  /// Sequences of codes that a residual quantizer follows.
  public static let defaultBeam = 5

  /// - Parameter beam: sequences of codes that a residual quantizer follows when it encodes.
  public init(_ codebook: ProductCodebook, beam: Int = defaultBeam) {
    self.init(codebook, beam: beam, kernels: .best)
  }

  package init(_ codebook: ProductCodebook, beam: Int = defaultBeam, kernels: Kernels) {
    self.codebook = codebook
    self.kernels = kernels
    packing = CodePacking(codebook.layout)
    decoder = ProductDecoder(codebook, kernels: kernels)
    encoders = EncoderCache(count: codebook.cells.count) {
      ProductEncoder(codebook.layout, codebook.cells[$0], beam: beam, kernels: kernels)
    }
  }

  public var description: JSONObject { ["name": .string(codebook.name)] }

  public var vectorSize: Int { packing.vectorSize }

  public func encode(_ memory: SparseMemory, into payload: inout ByteWriter) throws(FormatError) {
    let layout = codebook.layout
    var codes: [UInt32] = []
    var bytes: [UInt8] = []
    for (part, vectors) in [(HeadStatistics.Part.keys, memory.keys), (.values, memory.values)] {
      guard let bad = vectors.first(where: { !$0.isFinite }) else {
        for (cell, rows) in runs(memory.counts, part: part) {
          if codes.count < rows.count * layout.codeCount {
            codes = Array(repeating: 0, count: rows.count * layout.codeCount)
          }
          bytes.removeAll(keepingCapacity: true)
          vectors.withUnsafeBufferPointer { vectors in
            codes.withUnsafeMutableBufferPointer { codes in
              encoders[cell].encode(
                vectors.baseAddress! + rows.lowerBound * layout.dimension, count: rows.count, into: codes.baseAddress!)
              for row in 0..<rows.count { packing.pack(codes.baseAddress! + row * layout.codeCount, into: &bytes) }
            }
          }
          payload.append(bytes)
        }
        continue
      }
      throw FormatError(.outOfRange(found: "\(bad)", allowed: "finite"), field: "vectors")
    }
  }

  /// Rows that follow each other in one cell.
  private func runs(_ counts: [Int], part: HeadStatistics.Part) -> [(cell: Int, rows: Range<Int>)] {
    var runs: [(cell: Int, rows: Range<Int>)] = []
    var row = 0
    for (entry, count) in counts.enumerated() where count > 0 {
      let cell = codebook.scope.cell(entry: entry, part: part, codebook.shape)
      if let last = runs.last, last.cell == cell {
        runs[runs.count - 1].rows = last.rows.lowerBound..<row + count
      } else {
        runs.append((cell, row..<row + count))
      }
      row += count
    }
    return runs
  }

  public func decode(
    _ vectors: UnsafeRawBufferPointer, count: Int, entry: Int, part: HeadStatistics.Part,
    into rows: UnsafeMutablePointer<Float>
  ) throws(FormatError) {
    guard let base = vectors.baseAddress else { return }
    let cell = codebook.scope.cell(entry: entry, part: part, codebook.shape)
    let bad = withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count * codebook.layout.codeCount) { codes in
      let bad = packing.unpack(count, base, into: codes.baseAddress!)
      if bad == nil { decoder.decode(codes.baseAddress!, count: count, cell: cell, into: rows) }
      return bad
    }
    guard let bad else { return }
    throw FormatError(
      .outOfRange(
        found: Hexadecimal.string(vectors[(bad * vectorSize)..<((bad + 1) * vectorSize)]),
        allowed: "codes within the codebook"),
      field: "vectors", at: UInt64(bad * vectorSize))
  }
}
