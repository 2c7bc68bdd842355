/// The vectors that a cell is trained on.
struct CellRows {
  /// (D) of the cell's own vectors.
  let mean: [Float]
  /// (rows, D) less the mean of the cell each is of.
  let centred: Rows
}
