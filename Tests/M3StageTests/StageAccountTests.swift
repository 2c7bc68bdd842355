import M3JSON
import M3Stage
import Testing

@Suite struct StageAccountTests {
  @Test func balance() {
    var account = StageAccount()
    #expect(account.isBalanced)
    account.input = 5
    account.kept = 2
    #expect(!account.isBalanced)
    for reason in ["short", "short", "odd"] { account.reject(reason) }
    #expect(account.isBalanced)
    #expect(account.rejected == ["short": 2, "odd": 1])
    account.reject("odd")
    #expect(!account.isBalanced)
  }

  @Test func sumsAreByReasonAndName() {
    var (one, other) = (StageAccount(), StageAccount())
    (one.input, one.kept, one.rejected, one.totals) = (5, 3, ["a": 2], ["bytes": 10])
    (other.input, other.kept, other.rejected, other.totals) = (4, 1, ["a": 1, "b": 2], ["tokens": 7])
    one.add(other)
    #expect((one.input, one.kept) == (9, 4))
    #expect(one.rejected == ["a": 3, "b": 2])
    #expect(one.totals == ["bytes": 10, "tokens": 7])
    #expect(one.json == ["input": 9, "kept": 4, "rejected": ["a": 3, "b": 2], "totals": ["bytes": 10, "tokens": 7]])
  }
}
