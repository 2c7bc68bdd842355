extension SymbolModel {
  /// What is wrong with a model from a file, or nil: frequencies of at least 1 that add up in each table, corrections of
  /// at most half a step.
  /// - Returns: the place in ``frequencies`` or in ``corrections``.
  var problem: (isFrequency: Bool, index: Int, found: String, allowed: String)? {
    for first in stride(from: 0, to: frequencies.count, by: Self.symbolCount) {
      var sum = 0
      for index in first..<first + Self.symbolCount {
        if frequencies[index] == 0 { return (true, index, "0", "positive") }
        sum += Int(frequencies[index])
      }
      if sum != 1 << Self.frequencyBits { return (true, first, "a sum of \(sum)", "\(1 << Self.frequencyBits)") }
    }
    if let index = corrections.firstIndex(where: { !($0.magnitude <= 0.5) }) {
      return (false, index, "\(corrections[index])", "-0.5 to 0.5")
    }
    return nil
  }
}
