/// Gopher's rules as dolma 1.2.1 measures them (its tagger `gopher_v1`) and as the mixing configurations of Dolma 1.5
/// and 1.6 bound them.
///
/// Words are what white space parts. It differs from Gopher's paper: the median length of words instead of the mean;
/// `*` and `-` as bullets; only `…` as an ellipsis; the share of n-gram characters counts every occurrence of the
/// most frequent n-gram and, for 5 to 10 words, every occurrence of every repeated one, overlapping ones again. The
/// reasons are the names of the tagger's attributes. The configurations leave the last letter off three of those
/// names (`fraction_of_characters_in_most_common_2gram`), so that their bounds hold nothing there; here they do. A
/// text too short to have an n-gram is not measured by its rule.
public struct DolmaGopherProfile: FilterProfile {
  public let name = "gopher@dolma"
  public let version = "1.2.1"
  public var rules: [FilterRule]

  public init() {
    func rule(_ reason: String, _ setting: String, _ bound: FilterBound) -> FilterRule {
      FilterRule(reason: reason, setting: setting, bound)
    }
    rules = [
      rule("word_count", "min_word_count", .atLeast(50)),
      rule("word_count", "max_word_count", .atMost(100_000)),
      rule("median_word_length", "min_median_word_length", .atLeast(3)),
      rule("median_word_length", "max_median_word_length", .atMost(10)),
      rule("symbol_to_word_ratio", "max_symbol_to_word_ratio", .atMost(0.1)),
      rule("fraction_of_words_with_alpha_character", "min_fraction_of_words_with_alpha_character", .atLeast(0.8)),
      rule("required_word_count", "min_required_word_count", .atLeast(2)),
    ]
    rules += [
      ("lines_starting_with_bullet_point", 0.9), ("lines_ending_with_ellipsis", 0.3), ("duplicate_lines", 0.3),
      ("characters_in_duplicate_lines", 0.3),
    ].map { rule("fraction_of_\($0)", "max_fraction_of_\($0)", .atMost($1)) }
    rules += [(2, 0.2), (3, 0.18), (4, 0.16)].map {
      let attribute = "fraction_of_characters_in_most_common_\($0)grams"
      return rule(attribute, "max_\(attribute)", .atMost($1))
    }
    rules += [(5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.1)].map {
      let attribute = "fraction_of_characters_in_duplicate_\($0)grams"
      return rule(attribute, "max_\(attribute)", .atMost($1))
    }
  }

  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    // A tagger writes its scores with five digits behind the point.
    func visitRounded(_ rule: Int, _ value: Double) -> Bool {
      visit(rule, Self.rounded(value))
    }
    let words = text.view(SpacedWords.self).words
    guard visit(0, Double(words.count)), visit(1, Double(words.count)) else { return }
    let median = DolmaWords.medianLength(words)
    guard visitRounded(2, median), visitRounded(3, median) else { return }
    let ratios = DolmaWords(text)
    guard visitRounded(4, ratios.symbolRatio), visitRounded(5, ratios.letterRatio),
      visit(6, Double(ratios.requiredCount))
    else { return }

    let lines = DolmaLines(text)
    guard visitRounded(7, lines.bulletRatio), visitRounded(8, lines.ellipsisRatio),
      visitRounded(9, lines.duplicateRatio), visitRounded(10, lines.duplicateCharacterRatio)
    else { return }

    var ngrams = DolmaNGrams(text)
    for rule in 11..<rules.count {
      guard let value = ngrams.nextShare() else { return }
      guard visitRounded(rule, value) else { return }
    }
  }

  /// To five digits behind the point: the decimal number next to the value's exact one, as Python rounds.
  static func rounded(_ value: Double) -> Double {
    let product = value * 100_000
    let whole = product.rounded(.down)
    guard product - whole == 0.5 else { return product.rounded() / 100_000 }
    // The product itself may have been rounded to the middle.
    let error = (-product).addingProduct(value, 100_000)
    if error == 0 { return product.rounded(.toNearestOrEven) / 100_000 }
    return (error > 0 ? whole + 1 : whole) / 100_000
  }
}
