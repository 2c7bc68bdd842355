import M3Bytes
import M3Retrieval
import M3Stage
import M3TestSupport
import Testing

@Suite("Kinds of index") struct IndexConfigurationTests {
  @Test(
    "auto goes by the number of references and the dimension",
    arguments: [
      (384, 1, "Flat"), (384, 50_000, "Flat"), (384, 50_001, "HNSW32"), (384, 4_000_000, "HNSW32"),
      // 4·√4,000,001 = 8,000; 4·√8,300,000 = 11,524 and 4·√8,400,000 = 11,593 lie around 8,192·√2 = 11,585.
      (384, 4_000_001, "IVF8192,PQ48x8"), (384, 8_300_000, "IVF8192,PQ48x8"), (384, 8_400_000, "IVF16384,PQ48x8"),
      (384, 110_000_000, "IVF32768,PQ48x8"), (768, 5_000_000, "IVF8192,PQ48x8"), (1024, 5_000_000, "IVF8192,PQ32x8"),
      (100, 5_000_000, "IVF8192,PQ10x8"), (7, 5_000_000, "IVF8192,PQ1x8"),
    ])
  func automatic(dimension: Int, count: Int, expected: String) throws {
    #expect(IndexConfiguration.automatic(dimension: dimension, count: count) == expected)
    #expect(try IndexConfiguration(dimension: dimension, count: count).factory == expected)
  }

  @Test(
    "Every string that faiss makes nothing of is refused before any work",
    arguments: [
      "", "bogus", "IVF,Flat", "PQ7x8", "((((", "IVF0,Flat", "IVF8_HNSW0,Flat", "HNSW0", "HNSW1", "PQ0x8", "PQ8x0",
      "IVF99999999999,Flat", "IVF999999999999999999,Flat", "IVF99999999999999999999,Flat", "IVF16777217,Flat",
      "IDMap,Flat", "Flat,IDMap2", "LSH", "IMI2x4,Flat", "NSG8,Flat", "ZnLattice3x10_8", "IVF2,SQ8,Refine(NSG4)",
      "HNSW16777216", "HNSW513", "PCA16,IDMap,Flat", "PCA65,Flat", "OPQ7,PQ8", "OPQ8_60,PQ4", "IVF8,HNSW8", "PQ8x17",
      "Flat,",
      // More to learn than there are vectors.
      "IVF101,Flat", "PQ8x8",
      String(repeating: "PCA8,", count: 60) + "Flat",
    ])
  func refused(factory: String) {
    #expect {
      try IndexConfiguration(factory: factory, dimension: 64, count: 100)
    } throws: { error in
      guard case StageError.usage(let message)? = error as? StageError else { return false }
      return message.hasPrefix("index.factory")
    }
  }

  @Test(
    "What is known is made",
    arguments: [
      "Flat", "HNSW2", "HNSW512", "PQ8x4", "SQ8", "SQ4", "SQ6", "SQfp16", "IVF10,Flat", "IVF10,PQ8x4",
      "IVF10_HNSW4,SQ8",
      "PCA32,Flat", "PCAR32,IVF4,PQ8x4", "OPQ8,PQ8x4", "OPQ8_32,IVF4,PQ8x4", "L2norm,Flat", "PCAW16,SQ8",
      "IVF4,PQ8x4,RFlat",
    ])
  func known(factory: String) throws {
    #expect(try IndexConfiguration(factory: factory, dimension: 64, count: 100).factory == factory)
  }

  @Test("Too few vectors to learn from is the caller's mistake, before any work")
  func tooFew() throws {
    let bank = try IndexedBank(shardCounts: [20], text: sentences(seed: 1))
    #expect {
      try bank.index(WordEmbedder(), factory: "IVF64,Flat")
    } throws: { error in
      guard case StageError.usage(let message)? = error as? StageError else { return false }
      return message.contains("IVF64,Flat with 20 vectors") && message.contains("64")
    }
  }

  @Test(
    "A sample of n of N has n, in the order of a run, and is spread evenly", arguments: [0, 1, 7, 50, 99, 100, 500])
  func sample(limit: Int) {
    var counts = [Int](repeating: 0, count: 100)
    for seed in 0..<UInt64(400) {
      var sample = SelectionSample(limit: limit, of: 100, seed: seed)
      let taken = (0..<100).filter { _ in sample.takesNext() }
      #expect(taken.count == min(limit, 100))
      for place in taken { counts[place] += 1 }
    }
    // 400 draws of a share p: six standard deviations.
    let share = Double(min(limit, 100)) / 100
    let tolerance = 6 * (400 * share * (1 - share)).squareRoot()
    for count in counts { #expect(abs(Double(count) - 400 * share) <= tolerance) }
  }
}
