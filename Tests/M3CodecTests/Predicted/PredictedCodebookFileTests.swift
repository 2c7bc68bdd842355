import M3Bytes
import M3Codec
import M3Memory
import M3TestSupport
import Testing

@Suite struct PredictedCodebookFileTests {
  private func codebook(reading: Bool = false) -> PredictedCodebook {
    var random = Randomness(seed: 31)
    var codebook = PredictedCodebook.random(&random, shape: .small(dimension: 4), componentCount: 6)
    if reading {
      codebook.reading = ReadingConstants(
        biases: random.floats(24), crowding: random.floats(24), scales: random.floats(24).map { 1.5 + $0 })
    }
    return codebook
  }

  @Test(arguments: [false, true])
  func roundTrip(reading: Bool) throws {
    let codebook = codebook(reading: reading)
    let bytes = codebook.bytes
    #expect(bytes.starts(with: Array("M3PRED\0\0".utf8) + [1, 0, 0, 0]))
    #expect(try PredictedCodebook(bytes: bytes, shape: codebook.shape) == codebook)
    #expect(try PredictedCodebook(bytes: bytes) == codebook)
  }

  /// Tables beyond half precision are stored as they are used: rounded to nearest, and cut at its largest number.
  @Test func tablesAreRoundedToHalfPrecision() throws {
    var codebook = codebook()
    codebook.basis[0] = 0.1
    codebook.basis[1] = -1e9
    codebook.predictor[5] = 1e-9
    #expect(try PredictedCodebook(bytes: codebook.bytes) == codebook.rounded)
    #expect(codebook.rounded.basis[0] == Float(Float16(0.1)))
    #expect(codebook.rounded.basis[1] == -65504)
    #expect(codebook.rounded.predictor[5] == 0)
    #expect(codebook.rounded.rounded == codebook.rounded)
  }

  @Test func everyTruncationAndAnyMoreIsRefused() throws {
    let codebook = codebook(reading: true)
    let bytes = codebook.bytes
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: FormatError.self) { try PredictedCodebook(bytes: Array(bytes[..<count])) }
    }
    let error = #expect(throws: FormatError.self) { try PredictedCodebook(bytes: bytes + [0]) }
    #expect(error?.problem == .malformed("1 bytes too many"))
  }

  @Test func flippedBitsAreRefused() throws {
    let bytes = codebook().bytes
    var accepted: [Int] = []
    // All bits of what stands before the tables, and some of every 97th byte.
    for index in bytes.indices where index < 160 || index % 97 == 0 {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        if (try? PredictedCodebook(bytes: damaged)) != nil { accepted.append(8 * index + bit) }
      }
    }
    #expect(accepted.isEmpty)
  }

  @Test func anotherShapeIsRefused() throws {
    let error = #expect(throws: FormatError.self) {
      try PredictedCodebook(bytes: codebook().bytes, shape: .small(dimension: 8))
    }
    #expect(
      error
        == FormatError(
          .mismatch(expected: "layers [3, 7] of 3 heads of 8", found: "layers [3, 7] of 3 heads of 4"), field: "layers")
    )
  }

  /// Damage under a checksum that fits, at an offset from the end of the provenance or from the end of the file: the
  /// field and what was found.
  static let resealed:
    [(name: String, fromEnd: Bool, offset: Int, bytes: [UInt8], field: String, problem: FormatError.Problem)] = [
      ("no layers", false, 0, [0], "layer count", .outOfRange(found: "0", allowed: "1 to 4096")),
      ("layers that do not ascend", false, 8, [3], "layers", .outOfRange(found: "3", allowed: "above 3")),
      ("heads", false, 12, [0, 0, 1], "heads", .outOfRange(found: "65536", allowed: "1 to 4096")),
      ("no dimension", false, 16, [0], "head dimension", .outOfRange(found: "0", allowed: "1 to 4096")),
      (
        "hidden layers", false, 20, [255, 255, 255, 255], "hidden layers",
        .outOfRange(found: "4294967295", allowed: "0 to 4096")
      ),
      ("no hidden size", false, 24, [0], "hidden size", .outOfRange(found: "0", allowed: "1 to 1048576")),
      (
        "prediction rank", false, 28, [0, 0, 2], "prediction rank",
        .outOfRange(found: "131072", allowed: "0 to 65536")
      ),
      ("no components", false, 32, [0], "components", .outOfRange(found: "0", allowed: "1 to 65536")),
      ("other classes", false, 36, [41], "classes", .outOfRange(found: "41", allowed: "40 to 40")),
      ("other contexts", false, 40, [4], "contexts", .outOfRange(found: "4", allowed: "8 to 8")),
      ("other symbols", false, 44, [31], "symbols", .outOfRange(found: "31", allowed: "32 to 32")),
      ("directions", false, 50, [5], "direction counts", .outOfRange(found: "5", allowed: "0 to 4")),
      ("a mean", false, 48 + 24, [0, 0, 0xC0, 0x7F], "means", .outOfRange(found: "nan", allowed: "finite")),
      ("analysis", false, 48 + 24 + 192 + 6, [0, 0x7C], "analysis", .outOfRange(found: "inf", allowed: "finite")),
      (
        "no frequency", true, correctionsEnd + 480 + 2, [0, 0], "frequencies",
        .outOfRange(found: "0", allowed: "positive")
      ),
      (
        "a correction", true, correctionsEnd + 4, [0, 0, 0x40, 0x3F], "corrections",
        .outOfRange(found: "0.75", allowed: "-0.5 to 0.5")
      ),
      ("a scale", true, 12, [0, 0, 0, 0], "scales", .outOfRange(found: "0.0", allowed: "positive")),
      (
        "reading constants", true, correctionsEnd, [1, 0, 16, 0], "reading heads",
        .outOfRange(found: "1048577", allowed: "0 to 1048576")
      ),
    ]

  /// Bytes behind the corrections: reading constants of 24 heads and the checksum.
  static let correctionsEnd = 4 + 3 * 24 * 4 + 8

  @Test(arguments: resealed.indices)
  func resealedDamage(index: Int) throws {
    let damage = Self.resealed[index]
    var bytes = codebook(reading: true).bytes
    let provenance = bytes[12..<16].reversed().reduce(0) { $0 << 8 | Int($1) }
    let offset = damage.fromEnd ? bytes.count - damage.offset : 16 + provenance + damage.offset
    bytes.replaceSubrange(offset..<offset + damage.bytes.count, with: damage.bytes)
    var sealed = ByteWriter()
    sealed.append(bytes.dropLast(8))
    sealed.integer(XXH3.hash64(sealed.bytes))
    let error = #expect(throws: FormatError.self) { try PredictedCodebook(bytes: sealed.bytes) }
    #expect(error?.problem == damage.problem, "\(damage.name)")
    #expect(error?.field == damage.field)
    #expect(error?.byteOffset == UInt64(offset))
  }
}
