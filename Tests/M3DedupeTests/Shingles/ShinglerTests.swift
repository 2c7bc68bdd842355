import M3Bytes
import M3Dedupe
import M3TestSupport
import Testing

@Suite struct ShinglerTests {
  /// Nothing is left of these texts: their bytes are the shingle, so that only equal ones are near each other.
  @Test(arguments: DedupePreset.allCases, ["", "!", "?!", " \n"])
  func textsWithoutUnitsHaveOneShingle(preset: DedupePreset, text: String) {
    let shingles = Shingler(DedupeConfiguration(preset: preset)).shingles(of: text)
    #expect(shingles.count == 1)
    // What NeMo Curator does not normalise is never without units.
    #expect(shingles == [XXH3.hash64(text)])
  }

  @Test(arguments: 1...12)
  func shinglesAreAsManyAsFit(wordCount: Int) {
    var configuration = DedupeConfiguration(preset: .reference)
    let text = (0..<wordCount).map { "word\($0)" }.joined(separator: ", ")
    for length in 1...12 {
      configuration.shingleLength = length
      #expect(Shingler(configuration).shingles(of: text).count == max(1, wordCount - length + 1))
    }
  }

  /// A text of one long word, and one of nothing but separators.
  @Test(arguments: DedupePreset.allCases)
  func longRunsAreRead(preset: DedupePreset) {
    let shingler = Shingler(DedupeConfiguration(preset: preset))
    #expect(!shingler.shingles(of: String(repeating: "x", count: 100_000)).isEmpty)
    #expect(!shingler.shingles(of: String(repeating: " ", count: 100_000)).isEmpty)
    #expect(!shingler.shingles(of: String(repeating: "中", count: 50_000)).isEmpty)
  }

  /// The shingles of a text do not depend on the texts before it.
  @Test(arguments: DedupePreset.allCases)
  func scratchLeavesNoTrace(preset: DedupePreset) {
    let configuration = DedupeConfiguration(preset: preset)
    let shingler = Shingler(configuration)
    let texts = [
      "A first text, of some words more than five.", "中文 after it", "", "x", "ends in a space ", "12",
      String(repeating: "long text, ", count: 2000), "one two three four five six", "ガ", "\u{3099}", "",
    ]
    for text in texts + texts.reversed() {
      #expect(shingler.shingles(of: text) == Shingler(configuration).shingles(of: text))
    }
  }

  /// Texts of several parts, against the hashes of their runs of units taken one by one.
  @Test(arguments: [1, 2, 5, 24, 40_000, 200_000], [ShingleUnit.words, .characters])
  func longTextsAreReadInParts(length: Int, unit: ShingleUnit) {
    var configuration = DedupeConfiguration(preset: .nemo)
    (configuration.shingleUnit, configuration.shingleLength) = (unit, length)
    let shingler = Shingler(configuration)
    var random = Randomness(seed: UInt64(length))
    // Units of one byte and of many, gaps side by side, one at the end; a unit longer than a part.
    var text: [UInt8] = []
    while text.count < 300_000 {
      switch random.integer(below: 9) {
      case 0...2: text.append(0x20)
      case 3: text += "é".utf8
      case 4: text += "河流".utf8
      default: text.append(UInt8(97 + random.integer(below: 26)))
      }
    }
    for tail in [[], [0x20], Array(repeating: 0x20, count: 3), Array(repeating: 0x78, count: 100_000)] as [[UInt8]] {
      let bytes = text + tail
      let units: [ArraySlice<UInt8>] =
        unit == .words
        ? bytes.split(separator: 0x20, omittingEmptySubsequences: false)
        : bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 }.map { start in
          bytes[start..<(bytes[(start + 1)...].firstIndex { $0 & 0xC0 != 0x80 } ?? bytes.count)]
        }
      let found = bytes.withUnsafeBufferPointer { shingler.withShingles(of: $0) { Array($0) } }
      let run = min(length, units.count)
      #expect(found.count == units.count - run + 1)
      // All runs of few units, some of those of many.
      for index in stride(from: 0, to: found.count, by: run < 100 ? 1 : 997) {
        let (first, last) = (units[index], units[index + run - 1])
        let piece = bytes[first.startIndex..<last.endIndex]
        guard found[index] == XXH3.hash64(Array(piece)) else {
          Issue.record("shingle \(index) of \(found.count)")
          break
        }
      }
    }
  }

  /// Bytes that are not UTF-8 are read as any others, and stay apart.
  @Test(arguments: DedupePreset.allCases)
  func invalidBytesAreKept(preset: DedupePreset) {
    let shingler = Shingler(DedupeConfiguration(preset: preset))
    var random = Randomness(seed: 7)
    var seen: Set<[UInt64]> = []
    for length in 0..<200 {
      let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next() | 0x80) }
      let shingles = bytes.withUnsafeBufferPointer { shingler.withShingles(of: $0) { Array($0) } }
      #expect(!shingles.isEmpty)
      seen.insert(shingles)
    }
    #expect(seen.count > 190)
  }
}
