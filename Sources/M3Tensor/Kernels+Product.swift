internal import CKernels

/// Vector codes. Every set of kernels gives the same bits.
extension Kernels {
  /// Codes of a vector at most.
  public static let mostCodes = Int(M3_MOST_CODES)

  /// out[i] = mean[i] + scale[i] · Σ_j element i of the centroid of codes[j] in table j, rounded after each operation.
  ///
  /// - Parameters:
  ///   - codes: (rows, starts.count); each within its table.
  ///   - tables: centroids of D elements; the elements of one of each table add up to 16 bits, in any order.
  ///   - starts: the element at which each code's table begins; at most ``mostCodes``.
  ///   - scale: (D).
  ///   - mean: (D).
  ///   - out: (rows, D).
  public func sumCentroids(
    rows: Int, dimension: Int, codes: UnsafePointer<UInt32>, tables: UnsafePointer<Int16>, starts: [Int],
    scale: UnsafePointer<Float>, mean: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>
  ) {
    precondition(starts.count <= Self.mostCodes, "too many codes")
    starts.withUnsafeBufferPointer { starts in
      table.pointee.sum_centroids(rows, dimension, starts.count, codes, tables, starts.baseAddress!, scale, mean, out)
    }
  }

  /// Raises best[r] and indices[r] to the largest x[r][i] + bias[i] and first + i where it is larger than best[r]; of equal
  /// ones the first.
  ///
  /// - Parameters:
  ///   - x: (rows, count), a row every `stride`.
  ///   - bias: (count).
  ///   - best: (rows), in place.
  ///   - indices: (rows), in place.
  public func largestSum(
    rows: Int, count: Int, _ x: UnsafePointer<Float>, stride: Int, bias: UnsafePointer<Float>, first: Int,
    best: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<UInt32>
  ) {
    table.pointee.largest_sum(rows, count, x, stride, bias, UInt32(first), best, indices)
  }

  /// Inserts each x[i] + bias[i] + offset that is larger than the last of the `kept` best, and first + i, in descending
  /// order, behind equal ones.
  ///
  /// - Parameters:
  ///   - x: (count).
  ///   - bias: (count).
  ///   - kept: at least 1.
  ///   - best: (kept), in place.
  ///   - indices: (kept), in place.
  public func largestSums(
    count: Int, _ x: UnsafePointer<Float>, bias: UnsafePointer<Float>, offset: Float, first: Int, kept: Int,
    best: UnsafeMutablePointer<Float>, indices: UnsafeMutablePointer<UInt32>
  ) {
    precondition(kept >= 1, "nothing to keep")
    table.pointee.largest_sums(count, x, bias, offset, UInt32(first), kept, best, indices)
  }
}
