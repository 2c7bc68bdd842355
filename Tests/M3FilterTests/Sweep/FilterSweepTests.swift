import M3Filter
import M3JSON
import M3TestSupport
import Testing

@Suite struct FilterSweepTests {
  /// Texts of four numbers in eighths, some missing, some not a number.
  private static func texts(_ count: Int, seed: UInt64) -> [String] {
    var random = Randomness(seed: seed)
    return (0..<count).map { _ in
      (0..<4).map { _ in
        switch random.integer(below: 12) {
        case 0: "-"
        case 1: "nan"
        case let eighths: "\(Double(eighths - 2) / 8)"
        }
      }.joined(separator: " ")
    }
  }

  private static func sweep(
    _ texts: [String], _ profile: NumbersProfile = .fourRelations, sampleSize: Int = 1000, seed: UInt64 = 0
  ) -> FilterSweep {
    var sweep = FilterSweep(profiles: [profile], sampleSize: sampleSize, seed: seed)
    for text in texts { sweep.add([profile.values(of: FilterText(text))]) }
    return sweep
  }

  /// Every count against the profile's own decisions.
  @Test func countsAreThoseOfTheProfile() throws {
    let texts = Self.texts(500, seed: 1)
    let profile = NumbersProfile.fourRelations
    let result = Self.sweep(texts).results[0]
    #expect(result.name == "numbers@test" && result.version == "1" && result.textCount == 500 && result.isExact)
    #expect(result.keptCount == texts.count { profile.rejection(of: FilterText($0)) == nil })
    #expect(result.keptCount > 0)
    for (index, rule) in result.rules.enumerated() {
      #expect(rule.rule == profile.rules[index] && rule.textCount == 500)
      let failing = texts.filter { text in
        profile.values(of: FilterText(text))[index].map { !profile.rules[index].bound.holds($0) } ?? false
      }
      #expect(rule.failing == failing.count)
      #expect(rule.failingFirst == texts.count { profile.rejection(of: FilterText($0))?.rule == profile.rules[index] })
      // Alone: the profile keeps the text once the rule keeps everything else.
      var without = profile
      without.rules[index].bound = .atLeast(-.infinity)
      let alone = failing.filter { text in
        let words = text.split(separator: " ").enumerated().map { $0.offset == index ? "-" : String($0.element) }
        return profile.rejection(of: FilterText(words.joined(separator: " "))) == nil
      }
      #expect(rule.failingAlone == alone.count)
      #expect(rule.invalidCount == texts.count { $0.split(separator: " ")[index] == "nan" })
    }
  }

  /// At every threshold, one by one, the share that a bound with it keeps.
  @Test func keptSharesAreThoseOfTheBound() {
    let texts = Self.texts(300, seed: 2)
    for (index, sweep) in Self.sweep(texts).results[0].rules.enumerated() {
      for threshold in stride(from: -0.25, through: 1.5, by: 0.0625) {
        let bound = FilterBound(sweep.rule.bound.relation, threshold)
        let kept = texts.count { text in
          NumbersProfile.fourRelations.values(of: FilterText(text))[index].map { bound.holds($0) } ?? true
        }
        #expect(sweep.kept(at: threshold) == Double(kept) / 300)
      }
      #expect(sweep.kept(at: sweep.rule.bound.threshold) == Double(300 - sweep.failing) / 300)
    }
  }

  /// The threshold for a share keeps it, and no stricter value does.
  @Test func theLadderIsAsStrictAsItCanBe() {
    for seed in UInt64(0)..<5 {
      for sweep in Self.sweep(Self.texts(200, seed: seed)).results[0].rules {
        for share in RuleSweep.ladder + [0.05, 0.6] {
          let candidates = Set(sweep.values).filter { sweep.kept(at: $0) >= share }
          let strictest: Double? =
            switch sweep.rule.bound.relation {
            case .atLeast, .above: candidates.max()
            case .atMost, .below: candidates.min()
            }
          #expect(sweep.threshold(keeping: share) == strictest)
        }
      }
    }
  }

  @Test func quantilesAreNearestRanks() {
    let sweep = Self.sweep(
      ["5", "1", "4", "2", "3"], NumbersProfile(rules: [FilterRule(reason: "r", setting: "s", .atLeast(0))])
    ).results[0].rules[0]
    #expect([0, 0.2, 0.21, 0.5, 0.8, 0.81, 1].map { sweep.quantile($0) } == [1, 1, 2, 3, 4, 5, 5])
    #expect(sweep.values == [1, 2, 3, 4, 5])
  }

  @Test func manyTextsAreSampled() {
    let texts = Self.texts(2000, seed: 3)
    let (all, some) = (Self.sweep(texts, sampleSize: 2000), Self.sweep(texts, sampleSize: 400, seed: 5))
    let (exact, sampled) = (all.results[0], some.results[0])
    #expect(exact.isExact && !sampled.isExact && sampled.sampleCount == 400 && sampled.textCount == 2000)
    #expect(sampled.keptCount == exact.keptCount)
    for (exact, sampled) in zip(exact.rules, sampled.rules) {
      #expect(sampled.failing == exact.failing && sampled.failingAlone == exact.failingAlone)
      #expect(sampled.sampleCount == 400)
      for threshold in [0.25, 0.5, 0.75] {
        // Five standard errors of 400 texts.
        #expect(abs(sampled.kept(at: threshold) - exact.kept(at: threshold)) < 0.125)
      }
    }
    let again = Self.sweep(texts, sampleSize: 400, seed: 5).results[0]
    #expect(zip(again.rules, sampled.rules).allSatisfy { $0.values == $1.values })
    let reseeded = Self.sweep(texts, sampleSize: 400, seed: 6).results[0]
    #expect(zip(reseeded.rules, sampled.rules).contains { $0.values != $1.values })
  }

  /// Each of ten elements is in a sample of three as often as any other.
  @Test func samplesAreUniform() {
    var counts = [Int](repeating: 0, count: 10)
    for seed in UInt64(0)..<3000 {
      var reservoir = Reservoir<Int>(capacity: 3, seed: seed)
      for element in 0..<10 { reservoir.add(element) }
      #expect(Set(reservoir.elements).count == 3 && reservoir.count == 10 && !reservoir.isComplete)
      for element in reservoir.elements { counts[element] += 1 }
    }
    // 900 expected; five standard deviations are 125.
    #expect(counts.allSatisfy { abs($0 - 900) < 125 })
  }

  @Test func noTextsAreAResultToo() throws {
    let result = FilterSweep(profiles: [NumbersProfile.fourRelations]).results[0]
    #expect(result.textCount == 0 && result.keptCount == 0 && result.isExact)
    #expect(result.rules.allSatisfy { $0.quantile(0.5) == nil && $0.kept(at: 1) == 1 })
    #expect(result.table.contains("keeps 0 of 0 texts"))
    #expect(try JSONValue.parse(JSONValue.object(result.json).serialized()) == .object(result.json))
  }

  @Test func jsonSaysWhatWasFound() throws {
    let json = JSONFields(Self.sweep(Self.texts(100, seed: 4)).results[0].json, path: "sweep")
    let rules = try json.required("rules", as: [JSONFields].self)
    #expect(rules.count == 4)
    #expect(try json.required("texts") == 100)
    #expect(try json.required("exact") == true)
    #expect(try rules[1].required("setting") == "above_b")
    #expect(try rules[1].required("relation") == ">")
    let ladder = try rules[0].required("ladder", as: [JSONFields].self)
    for rung in ladder {
      #expect(try rung.required("kept_share", as: Double.self) >= rung.required("at_least", as: Double.self))
    }
    #expect(try rules[0].required("quantiles", as: [JSONFields].self).count == 9)
  }

  @Test func tablesAreAligned() {
    let table = Self.sweep(Self.texts(100, seed: 4)).results[0].table
    let lines = table.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.count == 2 + 5 + 1 + 5)
    #expect(lines[0].hasPrefix("numbers@test 1: keeps "))
    #expect(Set(lines[2...6].map { $0.unicodeScalars.count }).count == 1)
    #expect(Set(lines[8...12].map { $0.unicodeScalars.count }).count == 1)
    #expect(lines[3].hasPrefix("min_a   "))
    #expect(lines[3].contains("≥ 0.5"))
  }
}
