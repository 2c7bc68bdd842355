import M3Bytes
import M3Memory
import M3Tensor
import M3Transformer

/// Reads noisy memories with one pass and sums a statistic of their gradients, on the calling thread.
final class GradientReader {
  private let pass: GradientPass
  private let producer: Producer
  private let bos: AttentionMemory
  private let references: [DenseReference]
  private let means: CentredMemories
  private let rotation: Rotation
  /// Of the sample.
  private let longestReference: Int
  private let settings: BlockWeightSettings
  private let statistic: GradientStatistic
  private var shape: MemoryShape { producer.shape }
  /// (D, T) gradients of one block, the same packed, and (D, D) their products.
  private var turned = FloatBuffer(count: 0)
  private var packed = FloatBuffer(count: 0)
  private var products = FloatBuffer(count: 0)

  init(
    weights: GradientWeights, producer: Producer, bos: AttentionMemory, references: [DenseReference],
    means: CentredMemories, rotation: Rotation, settings: BlockWeightSettings, statistic: GradientStatistic
  ) {
    pass = GradientPass(weights: weights)
    self.producer = producer
    self.bos = bos
    self.references = references
    self.means = means
    self.rotation = rotation
    self.settings = settings
    self.statistic = statistic
    longestReference = references.map(\.tokens.count).max() ?? 0
  }

  /// (entries, 2, …) sums over the tokens of one reference: of its repetition and, times the factor, of its continuation.
  func sums(reference index: Int) -> [Double] {
    let tokens = references[index].tokens
    var sums = [Double](
      repeating: 0, count: 2 * shape.entryCount * statistic.count(headDimension: shape.headDimension))
    // A reference has a generator of its own: the order of the others does not matter.
    var random = SplitMix64(state: settings.seed &+ UInt64(index) &* 0xD134_2543_DE82_EF95)
    add(
      to: &sums, factor: 1, reference: index, tokenCount: tokens.count, context: settings.repeatPrompt + tokens,
      firstTarget: settings.repeatPrompt.count, &random)
    let half = tokens.count / 2
    if settings.continuationFactor > 0, half > 0 {
      add(
        to: &sums, factor: settings.continuationFactor, reference: index, tokenCount: half,
        context: Array(tokens[half...]), firstTarget: 0, &random)
    }
    return sums
  }

  /// - Parameters:
  ///   - tokenCount: tokens at the reference's start whose memory is read.
  ///   - firstTarget: first token of the context that counts; its first token of all has nothing before it.
  private func add(
    to sums: inout [Double], factor: Double, reference index: Int, tokenCount: Int, context: [Int32], firstTarget: Int,
    _ random: inout SplitMix64
  ) {
    let memory = noisyMemory(index, tokenCount: tokenCount, &random)
    let firstTarget = max(1, firstTarget)
    guard firstTarget < context.count else { return }
    let sequence = Sequence(
      tokens: context,
      firstPosition: producer.contextPosition(longestReference: longestReference),
      memory: MemoryContext(bos: bos, memories: [memory]))
    let gradient = pass.run(sequence, targets: firstTarget..<context.count).memories[0]
    if statistic == .products {
      // A rotation changes no length, but every direction.
      gradient.unrotateKeys(
        positions: positions(tokenCount: tokenCount), rotation: rotation,
        firstPosition: firstPosition(tokenCount: tokenCount))
    }
    let blockSize = statistic.count(headDimension: shape.headDimension)
    for entry in 0..<shape.entryCount {
      let first = entry * tokenCount * shape.headDimension
      for (part, vectors) in [gradient.keys, gradient.values].enumerated() {
        let block = (2 * entry + part) * blockSize
        let rows = UnsafePointer(vectors.pointer + first)
        switch statistic {
        case .squares: sums[block] += factor * squares(rows, count: tokenCount * shape.headDimension)
        case .products: addProducts(to: &sums, at: block, factor: factor, rows, count: tokenCount)
        }
      }
    }
  }

  /// Σ g gᵀ over rows (count, D), by the matrix product.
  private func addProducts(
    to sums: inout [Double], at block: Int, factor: Double, _ rows: UnsafePointer<Float>, count: Int
  ) {
    let (dimension, kernels) = (shape.headDimension, pass.kernels)
    FloatBuffer.grow(&turned, to: dimension * count)
    FloatBuffer.grow(&packed, to: kernels.padded(dimension) * count)
    FloatBuffer.grow(&products, to: dimension * dimension)
    for row in 0..<count {
      for element in 0..<dimension { turned[element * count + row] = rows[row * dimension + element] }
    }
    kernels.pack(columns: dimension, depth: count, rows, stride: dimension, into: packed.pointer)
    kernels.multiply(
      rows: dimension, columns: dimension, depth: count, turned.pointer, stride: count, packed: packed.pointer,
      into: products.pointer, stride: dimension)
    for element in 0..<dimension * dimension { sums[block + element] += factor * Double(products[element]) }
  }

  private func squares(_ elements: UnsafePointer<Float>, count: Int) -> Double {
    var sum = 0.0
    for index in 0..<count { sum += Double(elements[index]) * Double(elements[index]) }
    return sum
  }

  /// The memory of a reference's first tokens, each with the noise of some token of another reference, the same token in
  /// every entry.
  private func noisyMemory(_ index: Int, tokenCount: Int, _ random: inout SplitMix64) -> AttentionMemory {
    let reference = references[index]
    let others = references.indices.filter { $0 != index && !references[$0].tokens.isEmpty }
    var source = reference
    var sourceTokens: [Int] = []
    if settings.noise != 0, let other = others.randomElement(using: &random) {
      source = references[other]
      sourceTokens = (0..<tokenCount).map { _ in Int.random(in: source.tokens.indices, using: &random) }
    }
    func noisy(_ vectors: (SparseMemory) -> [Float], _ means: [Float]) -> FloatBuffer {
      let dimension = shape.headDimension
      let buffer = FloatBuffer(uninitializedCount: shape.entryCount * tokenCount * dimension)
      let (own, other) = (vectors(reference.memory), vectors(source.memory))
      var target = buffer.pointer
      own.withUnsafeBufferPointer { own in
        other.withUnsafeBufferPointer { other in
          for entry in 0..<shape.entryCount {
            for token in 0..<tokenCount {
              let first = (entry * reference.tokens.count + token) * dimension
              for element in 0..<dimension { target[element] = own[first + element] }
              if !sourceTokens.isEmpty {
                let first = (entry * source.tokens.count + sourceTokens[token]) * dimension
                for element in 0..<dimension {
                  target[element] += settings.noise * (other[first + element] - means[entry * dimension + element])
                }
              }
              target += dimension
            }
          }
        }
      }
      return buffer
    }
    let keys = noisy(\.keys, means.meanKeys)
    positions(tokenCount: tokenCount).withUnsafeBufferPointer {
      rotation.rotate(rows: $0, keys.pointer, firstPosition: firstPosition(tokenCount: tokenCount))
    }
    return DenseAttention.attention(
      tokenCount: tokenCount, keys: keys, values: noisy(\.values, means.meanValues), producer: producer)
  }

  /// Positions in the reference of all rows of a memory.
  private func positions(tokenCount: Int) -> [UInt16] {
    (0..<shape.entryCount).flatMap { _ in (0..<tokenCount).map { UInt16($0) } }
  }

  /// Where the memory's first token is read.
  private func firstPosition(tokenCount: Int) -> Int {
    producer.firstPosition(tokenCount: tokenCount, longestReference: longestReference)
  }
}
