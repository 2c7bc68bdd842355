import M3Bytes
import M3Dedupe
import Testing

/// What bands find.
@Suite struct BandTests {
  static let similarities = [50, 60, 70, 80, 90, 95]

  /// Of pairs at similarity J, 1 − (1 − J^rows)^bands share a bucket; within 3 standard deviations.
  @Test(arguments: DedupePreset.allCases, similarities)
  func foundPairsFollowTheCurve(preset: DedupePreset, percent: Int) {
    let hasher = MinHasher(DedupeConfiguration(preset: preset))
    var sets = PlantedSets(seed: UInt64(percent))
    let count = 5000
    var found = 0
    for _ in 0..<count {
      let (one, other) = sets.pair(union: 100, shared: percent)
      let keys = (hasher.bandKeys(of: hasher.signature(of: one)), hasher.bandKeys(of: hasher.signature(of: other)))
      if zip(keys.0, keys.1).contains(where: ==) { found += 1 }
    }
    let agreement = (0..<hasher.rowCount).reduce(1.0) { product, _ in product * Double(percent) / 100 }
    let missed = (0..<hasher.bandCount).reduce(1.0) { product, _ in product * (1 - agreement) }
    let deviation = (Double(count) * missed * (1 - missed)).squareRoot()
    // Where less than one pair is missed, a single one is no surprise.
    #expect(abs(Double(found) - Double(count) * (1 - missed)) <= max(3 * deviation, 1))
  }

  @Test func keysAreHashesOfTheRows() {
    let hasher = MinHasher(DedupeConfiguration(preset: .datatrove))
    let signature = (0..<UInt32(112)).map { $0 * 0x0101_0101 }
    let keys = hasher.bandKeys(of: signature)
    #expect(keys.count == 14)
    for (band, key) in keys.enumerated() {
      let bytes = signature[band * 8..<(band + 1) * 8].flatMap { row in (0..<4).map { UInt8(row >> (8 * $0) & 255) } }
      #expect(key == XXH3.hash64(bytes, seed: UInt64(band)))
    }
  }

  /// Bands of equal rows have keys of their own: buckets of different bands never mix.
  @Test func equalRowsOfDifferentBandsHaveDifferentKeys() {
    let hasher = MinHasher(DedupeConfiguration(preset: .reference))
    let keys = hasher.bandKeys(of: [UInt32](repeating: 9, count: hasher.signatureLength))
    #expect(Set(keys).count == hasher.bandCount)
  }
}
