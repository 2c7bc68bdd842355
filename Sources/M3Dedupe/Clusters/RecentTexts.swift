/// Kept texts that were compared or kept lately, so that they need not be read again: at most ``limit`` bytes and two
/// texts more. What is found does not depend on it.
struct RecentTexts {
  private let limit: Int
  private var young: [UInt32: ComparableText] = [:]
  private var old: [UInt32: ComparableText] = [:]
  private var youngBytes = 0

  init(limit: Int) {
    self.limit = limit
  }

  mutating func insert(_ text: ComparableText) {
    if youngBytes > limit / 2 {
      (old, young, youngBytes) = (young, [:], 0)
    }
    if young.updateValue(text, forKey: text.number) == nil { youngBytes += text.byteCount }
  }

  /// - Parameter read: reads a text that is not here.
  mutating func text(_ number: UInt32, read: (UInt32) throws -> ComparableText) rethrows -> ComparableText {
    if let text = young[number] { return text }
    let text = try old.removeValue(forKey: number) ?? read(number)
    insert(text)
    return text
  }
}
