/// What a text is compared by.
struct ComparableText: Sendable {
  let number: UInt32
  let textHash: UInt64
  /// Ascending and distinct.
  let shingles: [UInt64]

  init(number: UInt32, _ text: consuming ShingledText) {
    self.number = number
    textHash = text.textHash
    var shingles: [UInt64] = []
    swap(&shingles, &text.shingles)
    self.shingles = ShingleSet.sorted(shingles)
  }

  var byteCount: Int { 8 * shingles.count + 64 }
}
