import M3Bytes

/// Lines or paragraphs that came before: datatrove's `find_duplicates`.
struct DuplicateRanges {
  private(set) var count = 0
  private(set) var duplicateCount = 0
  /// Code points of those that came before.
  private(set) var duplicateLength = 0
  private var seen = HashSet(capacity: 16)

  mutating func add(_ range: Range<Int>, in utf8: UnsafeBufferPointer<UInt8>) {
    count += 1
    let bytes = UnsafeBufferPointer(rebasing: utf8[range])
    if !seen.insert(XXH3.hash64(UnsafeRawBufferPointer(bytes))) {
      duplicateCount += 1
      duplicateLength += ScalarCount.count(bytes)
    }
  }
}
