/// How much of a text repeats itself, by its units: words, and letters of unspaced scripts.
///
/// Looks at the first 512 units, more than 128 tokens have: any long text repeats its words.
struct ReferenceRepetition {
  /// Of the units those that a run of units covers which stood before, over units.
  let repeatedShare: Double
  /// Distinct units over units.
  let distinctShare: Double

  init(_ counts: ReferenceCounts) {
    let units = Array(counts.units.prefix(512))
    // Three words, or as many in letters of an unspaced script.
    let n = counts.unspaced * 2 > units.count ? 6 : 3
    var table = OccurrenceTable(capacity: units.count)
    var distinct = 0
    for unit in units where table.add(unit) == 1 { distinct += 1 }
    distinctShare = units.isEmpty ? 1 : Double(distinct) / Double(units.count)

    var hashes = NGramHashes(units)
    hashes.lengthen(to: n)
    table.removeAll()
    var covered = 0
    var coveredEnd = 0
    for index in 0..<hashes.count where table.add(hashes[index]) > 1 {
      covered += index + n - max(coveredEnd, index)
      coveredEnd = index + n
    }
    repeatedShare = units.isEmpty ? 0 : Double(covered) / Double(units.count)
  }
}
