import M3Tensor

extension PredictedCodebook {
  /// The codebook as its file holds it: all matrices in half precision.
  ///
  /// Rounding once more changes nothing. Magnitudes beyond the range of half precision become the largest in it.
  public var rounded: PredictedCodebook {
    var result = self
    result.analysis = Self.floats(halves: Self.halves(analysis))
    result.synthesis = Self.floats(halves: Self.halves(synthesis))
    result.predictionBasis = Self.floats(halves: Self.halves(predictionBasis))
    result.basis = Self.floats(halves: Self.halves(basis))
    result.predictor = Self.floats(halves: Self.halves(predictor))
    return result
  }

  /// Bits in half precision.
  static func halves(_ values: [Float]) -> [UInt16] {
    let largest = Float(Float16.greatestFiniteMagnitude)
    let clamped = values.map { min(largest, max(-largest, $0)) }
    return [UInt16](unsafeUninitializedCapacity: values.count) { halves, count in
      count = values.count
      guard let halves = halves.baseAddress else { return }
      clamped.withUnsafeBufferPointer { Kernels.best.half(count: count, from: $0.baseAddress!, into: halves) }
    }
  }

  static func floats(halves: [UInt16]) -> [Float] {
    [Float](unsafeUninitializedCapacity: halves.count) { floats, count in
      count = halves.count
      guard let floats = floats.baseAddress else { return }
      halves.withUnsafeBufferPointer { Kernels.best.float(count: count, fromHalf: $0.baseAddress!, into: floats) }
    }
  }
}
