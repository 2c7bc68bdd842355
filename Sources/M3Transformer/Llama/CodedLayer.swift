/// The matrices of one decoder layer in codes, rows in the order of the packed ones.
struct CodedLayer: Sendable {
  /// ((H + 2G) · D, C): queries, keys, values.
  let projection: CodedMatrix
  /// (C, H · D).
  let attentionOutput: CodedMatrix
  /// (2W, C): gate, then up projection.
  let gateAndUp: CodedMatrix
  /// (C, W).
  let down: CodedMatrix
}
