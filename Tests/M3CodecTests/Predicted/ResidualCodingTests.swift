import M3Bytes
import M3Codec
import M3Memory
import M3TestSupport
import Testing

@Suite struct ResidualCodingTests {
  static let models: [(name: String, model: SymbolModel)] = {
    var random = Randomness(seed: 11)
    return [("random", .random(&random)), ("zeros", .certain(of: 15)), ("escapes", .certain(of: SymbolModel.escape))]
  }()

  private func codec(_ model: SymbolModel, step: Float) -> PredictedCodec {
    var random = Randomness(seed: 12)
    return PredictedCodec(.random(&random, componentCount: 30, symbols: model), step: step)
  }

  private func codes(_ codec: PredictedCodec, _ payload: [UInt8]) throws -> [[Int]] {
    var rows: [[Int]] = []
    try payload.withUnsafeBytes { bytes in
      _ = try codec.decodeCodes(bytes) { _, codes in
        rows.append((0..<codec.codedComponentCount).map { Int(codes[$0]) })
      }
    }
    return rows
  }

  /// Residuals of magnitudes from 0 to the largest that can be coded.
  private func residuals(_ random: inout Randomness, _ codec: PredictedCodec, tokenCount: Int) -> [Float] {
    (0..<tokenCount * codec.codebook.componentCount).map { _ in
      switch random.integer(below: 12) {
      case 0..<7: 0
      case 7..<9: random.float(4) * codec.step
      case 9: random.float(40) * codec.step
      case 10: random.float(5_000) * codec.step
      default: random.float(16_777_000) * codec.step
      }
    }
  }

  @Test(arguments: models.indices, [Float(0.01), 0.3, 1, 7, 31])
  func codesComeBack(model: Int, step: Float) throws {
    let codec = codec(Self.models[model].model, step: step)
    var random = Randomness(seed: 13)
    for tokenCount in [0, 1, 2, 17, 300] {
      let residuals = residuals(&random, codec, tokenCount: tokenCount)
      let payload = try codec.payload(residuals: residuals)
      let expected = (0..<tokenCount).map { token in
        (0..<codec.codedComponentCount).map {
          SymbolModel.quantize(residuals[token * 30 + $0], step: step)!
        }
      }
      #expect(try codes(codec, payload) == expected)
      #expect(PlainCodes.codes(payload, codebook: codec.codebook, step: step) == expected)
      #expect(try codec.check(payload, shape: codec.codebook.shape) == tokenCount)
      let ideal = try codec.codebook.bitCount(residuals: residuals, step: step) / 8
      #expect(Double(payload.count) >= ideal - 1 && Double(payload.count) <= ideal * 1.002 + 2)
    }
    #expect(codec.codedComponentCount == (step > 3 ? step > 30 ? 1 : 4 : 30))
  }

  @Test func residualsThatCannotBeCoded() {
    let codec = codec(Self.models[0].model, step: 0.5)
    for bad: Float in [.nan, -.infinity, 8_388_608] {
      var residuals = [Float](repeating: 0, count: 60)
      residuals[33] = bad
      let error = #expect(throws: FormatError.self) { try codec.payload(residuals: residuals) }
      #expect(error?.problem == .outOfRange(found: "\(bad)", allowed: "below 16777216 steps of 0.5"))
      #expect(error?.field == "residual of token 1")
    }
  }

  /// A damaged payload is refused, or it is the payload of other codes: the bits of escaped ones have no redundancy.
  @Test(arguments: models.indices)
  func everyTruncationAndFlippedBit(model: Int) throws {
    let codec = codec(Self.models[model].model, step: 1)
    var random = Randomness(seed: 14)
    let payload = try codec.payload(residuals: residuals(&random, codec, tokenCount: 5))
    for count in 0..<payload.count {
      #expect(throws: FormatError.self, "\(count) bytes") {
        try codec.check(Array(payload[..<count]), shape: codec.codebook.shape)
      }
    }
    let longer = #expect(throws: FormatError.self) { try codec.check(payload + [0], shape: codec.codebook.shape) }
    #expect(longer?.problem == .malformed("1 bytes too many"))
    var refused = 0
    for bit in 0..<8 * payload.count {
      var damaged = payload
      damaged[bit / 8] ^= 1 << (bit % 8)
      do {
        let codes = try codes(codec, damaged)
        #expect(try codec.payload(residuals: codes.joined().map { Float($0) }) == damaged)
      } catch let error as FormatError {
        refused += 1
        #expect(error.byteOffset! <= UInt64(payload.count))
      }
    }
    #expect(refused > 4 * payload.count)
  }

  /// The fields of errors, and their offsets in the payload.
  @Test func damagedStreams() throws {
    let codec = codec(.certain(of: SymbolModel.escape), step: 1)
    func error(_ payload: [UInt8]) -> FormatError? {
      #expect(throws: FormatError.self) { try codec.check(payload, shape: codec.codebook.shape) }
    }
    #expect(error([5]) == FormatError(.truncated(needed: 2, available: 1), field: "token count", at: 0))
    #expect(error([0, 0, 0, 0, 128]) == FormatError(.truncated(needed: 4, available: 3), field: "codes", at: 2))
    #expect(
      error([0, 0, 255, 255, 127, 0])
        == FormatError(
          .outOfRange(found: "a state of 8388607", allowed: "8388608 to 2147483647"), field: "codes", at: 2))
    #expect(error([0, 0, 0, 0, 0, 128])?.byteOffset == 2)
    #expect(
      error([0, 0, 1, 0, 128, 0])
        == FormatError(.malformed("the codes end in a state of 8388609"), field: "codes", at: 6))
    #expect(try codec.check([0, 0, 0, 0, 128, 0], shape: codec.codebook.shape) == 0)
    // A token more than the codes.
    let payload = try codec.payload(residuals: Array(repeating: 100, count: 30))
    #expect(error([2] + payload.dropFirst())?.problem == .truncated(needed: 1, available: 0))
    // The state's low bits are the escape's, then 63: a length that no code has.
    #expect(error([1, 0, 255, 63, 0, 64] + Array(repeating: 255, count: 20))?.field == "codes")
  }
}
