/// Which symbols make a piece together, by the piece's score.
struct ScoredMerges: MergeRules {
  private let pairs: PairTable
  /// The piece of each pair.
  private let products: [Int32]
  /// How many scores are higher than that of each pair's piece.
  private let priorities: [UInt32]

  /// A pair of symbols and the piece that they make.
  struct Pair {
    var left: Int32
    var right: Int32
    var product: Int32
  }

  static let maximumPairCount = PairTable.maximumCount

  /// - Parameters:
  ///   - pairs: up to ``maximumPairCount``, each once.
  ///   - scores: by piece.
  init(_ pairs: [Pair], scores: [Float]) {
    var table = PairTable(capacity: pairs.count)
    for pair in pairs { _ = table.append(pair.left, pair.right) }
    self.pairs = table
    products = pairs.map(\.product)
    let order = Set(products.map { scores[Int($0)] }).sorted(by: >)
    let ranks = Dictionary(uniqueKeysWithValues: zip(order, UInt32(0)...))
    priorities = products.map { ranks[scores[Int($0)]] ?? MergeTable.noMerge }
  }

  @inline(__always)
  func priority(_ left: Int32, _ right: Int32) -> UInt32 {
    let index = pairs.index(left, right)
    return index == PairTable.none ? MergeTable.noMerge : priorities[Int(index)]
  }

  @inline(__always)
  func product(_ left: Int32, _ right: Int32, priority: UInt32) -> Int32 {
    products[Int(pairs.index(left, right))]
  }
}
