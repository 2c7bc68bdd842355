import M3Tensor

/// Encodes by a residual quantizer: after every stage the `beam` sequences of codes that leave least are kept.
///
/// A sequence's score is Σ (r · c − |c|² / 2) over its stages, r what was left before each: |x|² / 2 less it is half the squared
/// error.
struct BeamSearch {
  let layout: ProductLayout
  let searches: [CentroidSearch]
  let beam: Int
  let kernels: Kernels

  /// Of the scratch's residuals, `count` vectors one after the other.
  func run(count: Int, _ scratch: ProductScratch, into codes: UnsafeMutablePointer<UInt32>) {
    let codeCount = layout.codeCount
    var kept = 1
    scratch.best.pointer.update(repeating: 0, count: count)
    for stage in 0..<codeCount {
      let next = stage == codeCount - 1 ? 1 : min(beam, kept * searches[stage].count)
      select(stage: stage, count: count, kept: kept, next: next, scratch)
      extend(stage: stage, count: count, kept: kept, next: next, scratch)
      kept = next
    }
    scratch.codes.withUnsafeBufferPointer { codes.update(from: $0.baseAddress!, count: count * codeCount) }
  }

  /// The best continuations of each vector's sequences: sequence · K + centroid in `indices`, scores in `nextBest`.
  private func select(stage: Int, count: Int, kept: Int, next: Int, _ scratch: ProductScratch) {
    let search = searches[stage]
    scratch.nextBest.pointer.update(repeating: -.infinity, count: count * next)
    scratch.indices.update(repeating: 0, count: count * next)
    for first in stride(from: 0, to: search.count, by: CentroidSearch.blockColumns) {
      let columns = search.products(
        rows: count * kept, scratch.residuals.pointer, stride: layout.dimension, first: first,
        into: scratch.scores.pointer, kernels: kernels)
      for row in 0..<count {
        for sequence in 0..<kept {
          let place = row * kept + sequence
          kernels.largestSums(
            count: columns, scratch.scores.pointer + place * columns, bias: search.biases.pointer + first,
            offset: scratch.best[place], first: sequence * search.count + first, kept: next,
            best: scratch.nextBest.pointer + row * next, indices: scratch.indices + row * next)
        }
      }
    }
  }

  /// Puts the continuations in the place of the sequences.
  private func extend(stage: Int, count: Int, kept: Int, next: Int, _ scratch: ProductScratch) {
    let (codeCount, dimension, search) = (layout.codeCount, layout.dimension, searches[stage])
    scratch.codes.withUnsafeBufferPointer { codes in
      scratch.nextCodes.withUnsafeMutableBufferPointer { nextCodes in
        for place in 0..<count * next {
          let index = Int(scratch.indices[place])
          let origin = place / next * kept + index / search.count
          let centroid = index % search.count
          (nextCodes.baseAddress! + place * codeCount).update(
            from: codes.baseAddress! + origin * codeCount, count: stage)
          nextCodes[place * codeCount + stage] = UInt32(centroid)
          if stage < codeCount - 1 {
            let target = scratch.nextResiduals.pointer + place * dimension
            let source = scratch.residuals.pointer + origin * dimension
            let values = search.centroids.pointer + centroid * dimension
            for element in 0..<dimension { target[element] = source[element] - values[element] }
          }
        }
      }
    }
    swap(&scratch.codes, &scratch.nextCodes)
    swap(&scratch.residuals, &scratch.nextResiduals)
    swap(&scratch.best, &scratch.nextBest)
  }
}
