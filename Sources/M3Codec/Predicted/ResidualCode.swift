/// One quantized component of a residual, and what its coding depends on.
package struct ResidualCode: Sendable, Equatable {
  /// q.
  package let code: Int
  package let scaleClass: Int
  package let context: Int
  package let component: Int
  package let token: Int

  /// The symbol that is coded: the escape stands for all that have none of their own.
  package var symbol: Int {
    code.magnitude > UInt(SymbolModel.largestMagnitude) ? SymbolModel.escape : code + SymbolModel.largestMagnitude
  }

  /// The table of its frequencies.
  var table: Int { scaleClass * SymbolModel.contextCount + context }
}
