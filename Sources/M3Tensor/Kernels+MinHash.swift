internal import CKernels

/// What finds near-duplicates: integers, of which every set of kernels gives the same.
extension Kernels {
  /// A MinHash signature: of each permutation the least value of a set.
  ///
  /// Permutation k takes a hash to (fold ^ masks[k]) · multipliers[k] mod 2³², where fold is both halves of the hash,
  /// exclusive or.
  ///
  /// - Parameters:
  ///   - hashes: of the set's elements, in any order, some more than once or not; of none all minima are 2³² − 1.
  ///   - masks: (K).
  ///   - multipliers: (K), odd.
  ///   - minima: (K).
  public func minHash(
    of hashes: UnsafeBufferPointer<UInt64>, masks: [UInt32], multipliers: [UInt32],
    into minima: UnsafeMutableBufferPointer<UInt32>
  ) {
    precondition(masks.count == minima.count && multipliers.count == minima.count, "as many minima as permutations")
    guard let out = minima.baseAddress else { return }
    guard let first = hashes.baseAddress else { return minima.update(repeating: .max) }
    table.pointee.minhash(hashes.count, first, minima.count, masks, multipliers, out)
  }
}
