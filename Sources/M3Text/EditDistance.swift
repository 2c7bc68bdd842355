/// Levenshtein's distance, by the usual table, a row at a time.
package func editDistance(_ first: String, _ second: String) -> Int {
  let (first, second) = (Array(first), Array(second))
  var row = Array(0...second.count)
  for (index, character) in first.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for column in second.indices {
      let above = row[column + 1]
      row[column + 1] = min(above + 1, row[column] + 1, diagonal + (character == second[column] ? 0 : 1))
      diagonal = above
    }
  }
  return row[second.count]
}
