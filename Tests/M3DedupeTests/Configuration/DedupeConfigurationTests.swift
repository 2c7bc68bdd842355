import M3Dedupe
import M3JSON
import Testing

@Suite struct DedupeConfigurationTests {
  /// Shingle, bands and rows as the tools have them by default.
  @Test(
    arguments: [
      (DedupePreset.datatrove, ShingleUnit.words, 5, 14, 8), (.nemo, .characters, 24, 20, 13),
      (.duplodocus, .characters, 5, 20, 5),
    ])
  func presetsAreTheToolsDefaults(preset: DedupePreset, unit: ShingleUnit, length: Int, bands: Int, rows: Int) {
    let configuration = DedupeConfiguration(preset: preset)
    #expect(configuration.shingleUnit == unit)
    #expect(configuration.shingleLength == length)
    #expect(configuration.bandCount == bands)
    #expect(configuration.rowCount == rows)
    #expect(configuration.signatureLength == bands * rows)
    #expect(configuration.threshold == 0.8)
    #expect(configuration.verify)
    #expect(configuration.keep == .first)
  }

  /// Our own preset finds at least .97 of the pairs that are as far from each other as duplicates may be.
  @Test func referenceFindsPairsAtTheThreshold() {
    let configuration = DedupeConfiguration()
    #expect(configuration.preset == .reference)
    let agreement = (0..<configuration.rowCount).reduce(1.0) { product, _ in product * configuration.threshold }
    let missed = (0..<configuration.bandCount).reduce(1.0) { product, _ in product * (1 - agreement) }
    #expect(missed < 0.03)
  }

  /// Whatever changes a result changes the fingerprint.
  @Test func everySettingStandsInTheFingerprint() {
    let configuration = DedupeConfiguration()
    let changes: [(inout DedupeConfiguration) -> Void] = [
      { $0.preset = .nemo }, { $0.normalization = .datatrove }, { $0.shingleUnit = .characters },
      { $0.shingleLength += 1 }, { $0.bandCount += 1 }, { $0.rowCount += 1 }, { $0.seed += 1 }, { $0.threshold = 0.7 },
      { $0.verify = false }, { $0.keep = .longest },
    ]
    #expect(configuration.json.members.count == changes.count)
    for change in changes {
      var changed = configuration
      change(&changed)
      #expect(changed != configuration)
      #expect(changed.json != configuration.json)
    }
  }
}
