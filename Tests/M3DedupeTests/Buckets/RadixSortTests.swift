import M3Dedupe
import M3TestSupport
import Testing

struct RadixSortTests {
  @Test(arguments: [0, 1, 2, 3, 100, 5_000], [UInt64(1), 3, 1 << 11, 1 << 34, .max])
  func isThatOfTheLibraryAndStable(count: Int, bound: UInt64) {
    var randomness = Randomness(seed: 5)
    var entries = (0..<count).map { KeyedNumber(key: randomness.next() % bound, number: UInt32($0)) }
    let expected = entries.sorted { ($0.key, $0.number) < ($1.key, $1.number) }
    RadixSort.sort(&entries)
    #expect(entries == expected)
  }

  @Test func takesKeysOfEveryDigit() {
    var entries = (0..<64).reversed().map { KeyedNumber(key: 1 << UInt64($0), number: UInt32($0)) }
    RadixSort.sort(&entries)
    #expect(entries.map(\.number) == Array(0..<64))
  }
}
