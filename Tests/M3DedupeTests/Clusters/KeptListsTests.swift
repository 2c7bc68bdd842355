import M3Bytes
import M3Dedupe
import Testing

struct KeptListsTests {
  @Test func listsTheLastFirstUpToTheLimit() throws {
    var lists = KeptLists(bucketCount: 2, limit: 2)
    for text in [7, 8, 9] as [UInt32] {
      var texts: [UInt32] = []
      let listed = lists.texts(1, into: &texts).listed
      try lists.add(text, to: 1, listed: listed)
    }
    var texts: [UInt32] = []
    #expect(lists.texts(1, into: &texts) == (listed: 2, unlisted: 1))
    #expect(texts == [8, 7])
    #expect(lists.texts(0, into: &texts) == (listed: 0, unlisted: 0))
  }

  @Test func refusesMoreThanCanBeNumbered() throws {
    #expect(KeptLists.linkLimit == Int(UInt32.max))
    var lists = KeptLists(bucketCount: 3, limit: 9, linkLimit: 2)
    try lists.add(0, to: 0, listed: 0)
    try lists.add(0, to: 1, listed: 0)
    let error = #expect(throws: FormatError.self) { try lists.add(1, to: 2, listed: 0) }
    #expect(error?.problem == .outOfRange(found: "more", allowed: "at most 2"))
  }
}
