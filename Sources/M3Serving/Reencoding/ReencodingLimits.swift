/// How far a memory that is encoded again may be from the one in the bank.
///
/// The same arithmetic and kernels give the same bytes; others round otherwise. Measured on SmolLM2-135M-Instruct (Q4_1), a
/// bank in one of float32 and int8 and the other arithmetic here, for bf16, int8, int3, pq, residual and predicted codecs; and
/// of wrong banks, those that differ least: weights whose scales are off by 2 %, and `<|im_start|>` for `<|endoftext|>`.
enum ReencodingLimits {
  /// Of the BOS memory's vectors: squared error by squared norm. Rounding: .002; weights off by 2 %: .5.
  static let bosError = 0.02
  /// Of kept tokens that both memories must have in common. Rounding: .987 (the best 16 a head of all heads together).
  static let sharedShare = 0.9
  /// What a record may lose of the variance that the codec keeps. Rounding: .0006; weights off by 2 %: .019 as a mean; another
  /// BOS text: .044; another reference: .4 by the predicted codec at 16 KiB, 1 by bf16.
  static let loss = 0.005
  /// What a head may lose over the sample. Rounding: .021, where a predicted codec keeps least; .0017 elsewhere.
  static let headLoss = 0.1
  /// Of the variance: what coding alone may lose before a codebook is called another model's.
  static let codingLoss = 0.95
}
