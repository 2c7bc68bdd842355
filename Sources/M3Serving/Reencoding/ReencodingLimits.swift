/// How far a memory that is encoded again may be from the one in the bank.
///
/// The same arithmetic and kernels give the same bytes. Others round otherwise; see the limits' measured values.
enum ReencodingLimits {
  /// Of the BOS memory's vectors: error by norm, both squared.
  static let bosError = 0.05
  /// Of kept tokens that both memories must have in common.
  static let sharedShare = 0.75
  /// Of the variance that the codec keeps: what a record may lose, and a head over the sample.
  static let loss = 0.1
  static let headLoss = 0.1
  /// Of the variance: what coding alone may lose before a codebook is called another model's.
  static let codingLoss = 0.95
}
