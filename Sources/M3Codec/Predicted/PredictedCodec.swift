public import M3Bytes
public import M3JSON
public import M3Memory
public import M3Tensor

/// Codes all tokens of a memory as the difference from what their features predict.
///
/// A payload is the token count as u16, little-endian, and the entropy-coded codes: token by token, components by descending
/// deviation, as many as the step leaves something of. One step serves a whole bank and sets its rate.
public struct PredictedCodec: MemoryCodec {
  /// From the tokens' embeddings alone, and from the model's first two layers too.
  public static let names = ["predicted", "predicted-x2"]

  private static func name(_ features: FeatureKind) -> String {
    features.hiddenLayers == 0 ? "predicted" : "predicted-x\(features.hiddenLayers)"
  }

  /// As its file holds it.
  public let codebook: PredictedCodebook
  public let step: Float
  private let codecName: String
  private let kernels: Kernels
  private let prediction: FeaturePrediction
  private let reconstruction: BlockReconstruction
  private let contexts: ContextBounds
  private let tables: SymbolTables
  private let dequantization: Dequantization
  private let scratch = ScratchPool()
  private let writing = OnceMade<ResidualTransform>()

  /// Bytes of a payload before its codes.
  static let headByteCount = 2

  /// - Parameters:
  ///   - codebook: deviations do not ascend; it is rounded as its file would hold it.
  ///   - step: Δ, positive and finite.
  ///   - kernels: the memory is the same bit for bit for any of them.
  public init(_ codebook: PredictedCodebook, step: Float, kernels: Kernels = .best) {
    precondition(step > 0 && step.isFinite, "a positive step")
    precondition(codebook.inconsistency == nil, "a codebook that fits itself")
    let codebook = codebook.rounded
    self.codebook = codebook
    self.step = step
    self.kernels = kernels
    codecName = Self.name(codebook.features)
    prediction = FeaturePrediction(codebook, kernels: kernels)
    reconstruction = BlockReconstruction(codebook, kernels: kernels)
    contexts = ContextBounds(deviations: codebook.deviations, step: step)
    tables = SymbolTables(codebook.symbols)
    dequantization = Dequantization(codebook.symbols, step: step)
  }

  /// The codec that a manifest describes, with its codebook's file.
  /// - Throws: ``FormatError``: damage, another shape than the memories', no step, another name than the codebook's.
  public init(description: JSONObject, codebook bytes: [UInt8], shape: MemoryShape) throws(FormatError) {
    let codebook = try PredictedCodebook(bytes: bytes, shape: shape)
    let name = Self.name(codebook.features)
    guard description["name"]?.stringValue == name else {
      throw FormatError(
        .mismatch(expected: name, found: description["name"]?.stringValue ?? "no name"), field: "codec.name")
    }
    self.init(codebook, step: try Self.step(description))
  }

  public var description: JSONObject { ["name": .string(codecName), "step": .string(step.description)] }

  public var features: FeatureKind? { codebook.features }

  public var readingConstants: ReadingConstants? { codebook.reading }

  /// Components that are coded.
  package var codedComponentCount: Int { contexts.count }

  /// The step in a codec's description.
  /// - Throws: ``FormatError`` `missing`, `outOfRange`.
  public static func step(_ description: JSONObject) throws(FormatError) -> Float {
    guard let text = description["step"]?.stringValue else {
      throw FormatError(.missing("a string"), field: "codec.step")
    }
    guard let step = Float(text), step > 0, step.isFinite else {
      throw FormatError(.outOfRange(found: text, allowed: "a positive number"), field: "codec.step")
    }
    return step
  }

  public func payload(_ memory: SparseMemory, features: TokenFeatures?) throws(FormatError) -> [UInt8] {
    guard let features else { preconditionFailure("a predicted codec needs features") }
    let transform = writing.value {
      ResidualTransform(codebook, prediction: prediction, kernels: kernels)
    }
    return try payload(residuals: try transform.residuals(of: memory, features: features))
  }

  /// The payload of residuals (T, R).
  package func payload(residuals: [Float]) throws(FormatError) -> [UInt8] {
    var encoder = EntropyEncoder()
    do {
      try CodeWalk.visit(residuals: residuals, step: step, deviations: codebook.deviations) {
        tables.append($0, to: &encoder)
      }
    } catch let error as FormatError {
      throw error
    } catch {
      preconditionFailure("only residuals are refused")
    }
    var writer = ByteWriter()
    writer.integer(UInt16(residuals.count / codebook.componentCount))
    writer.append(encoder.finish())
    return writer.bytes
  }

  public func decode(
    _ payload: UnsafeRawBufferPointer, shape: MemoryShape, features: TokenFeatures?, rotation: Rotation?,
    firstPosition: Int, buffer: (_ count: Int) -> FloatBuffer
  ) throws(FormatError) -> DecodedMemory {
    precondition(shape == codebook.shape, "memories of the codebook's shape")
    guard let features else { preconditionFailure("a predicted codec needs features") }
    let count = try tokenCount(payload)
    guard count == features.tokenCount else {
      throw FormatError(
        .mismatch(expected: "\(features.tokenCount) tokens of the text", found: "\(count)"), field: "token count", at: 0
      )
    }
    let positions = (0..<count).map { UInt16($0) }
    let elements = shape.entryCount * count * shape.headDimension
    let (keys, values) = (buffer(elements), buffer(elements))
    let (directionCount, codeCount) = (codebook.directionCount, count * contexts.count)
    try scratch.with(count: count * (prediction.rank + directionCount) + 2 * codeCount) {
      buffer throws(FormatError) in
      let projections = buffer.pointer + count * prediction.rank
      prediction.predict(features, scratch: buffer.pointer, into: projections)
      let components = try sparseComponents(payload, count: count, scratch: projections + count * directionCount)
      reconstruction.reconstruct(
        count: count, components: components, projections: projections, keys: keys.pointer, values: values.pointer
      ) { rows in
        guard let rotation else { return }
        positions.withUnsafeBufferPointer { rotation.rotate(rows: $0, rows, firstPosition: firstPosition) }
      }
    }
    return DecodedMemory(
      tokenCount: count, counts: Array(repeating: count, count: shape.entryCount),
      positions: Array(repeatElement(positions, count: shape.entryCount).joined()), keys: keys, values: values)
  }

  public func check(_ payload: UnsafeRawBufferPointer, shape: MemoryShape) throws(FormatError) -> Int {
    try decodeCodes(payload) { _, _ in }
  }

  /// What the codes of a payload stand for.
  /// - Parameter scratch: two elements for each code that there may be; it holds the rows from then on.
  private func sparseComponents(
    _ payload: UnsafeRawBufferPointer, count: Int, scratch: UnsafeMutablePointer<Float>
  ) throws(FormatError) -> SparseRows {
    var rows = SparseRows(scratch, capacity: count * contexts.count)
    try decodeCodes(payload) { _, codes in
      dequantization.append(codes, classes: contexts.classes, to: &rows)
    }
    return rows
  }

  /// Decodes all codes, a token at a time.
  /// - Returns: the token count.
  @discardableResult
  package func decodeCodes(
    _ payload: UnsafeRawBufferPointer, _ body: (_ token: Int, _ codes: UnsafePointer<Int32>) -> Void
  ) throws(FormatError) -> Int {
    let count = try tokenCount(payload)
    let stream = UnsafeRawBufferPointer(rebasing: payload[Self.headByteCount...])
    do throws(FormatError) {
      var decoder = try EntropyDecoder(stream)
      let codes = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, contexts.count))
      defer { codes.deallocate() }
      codes.initialize(repeating: 0, count: contexts.count)
      for token in 0..<count {
        try decoder.decode(contexts: contexts, tables: tables, into: codes)
        body(token, codes)
      }
      try decoder.finish()
    } catch {
      throw error.offset(by: UInt64(Self.headByteCount))
    }
    return count
  }
}
