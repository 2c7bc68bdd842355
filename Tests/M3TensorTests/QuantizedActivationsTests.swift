import M3Tensor
import Testing

@Suite struct QuantizedActivationsTests {
  /// Each token as a vector of its own, whatever lies between tokens.
  @Test(arguments: kernelNames, [(0, 64, 64), (5, 0, 0), (1, 32, 32), (7, 96, 96), (7, 96, 101)])
  func tokensAreRoundedAsVectorsAre(name: String, shape: (tokens: Int, depth: Int, stride: Int)) throws {
    let kernels = try Kernels.named(name)
    let (tokens, depth, stride) = shape
    var random = Randomness(state: 1)
    let x = random.floats(tokens * stride, 5)
    let activations = QuantizedActivations()
    kernels.quantize(tokens: tokens, depth: depth, x, stride: stride, into: activations)
    #expect(activations.tokenCount == tokens && activations.depth == depth)
    let vector = QuantizedVector(capacity: depth)
    for token in 0..<tokens {
      kernels.quantize(count: depth, Array(x[token * stride..<token * stride + depth]), into: vector)
      #expect(identical((0..<depth).map { activations[token, $0] }, (0..<depth).map { vector[$0] }))
    }
  }

  /// Used again with smaller and larger shapes, as a pass does from layer to layer.
  @Test func takesOneShapeAfterAnother() {
    let activations = QuantizedActivations()
    for (tokens, depth) in [(3, 64), (1, 32), (2, 96), (0, 0), (4, 256), (16, 64)] {
      let x = (0..<tokens * depth).map { Float($0 % 255 - 127) }
      Kernels.best.quantize(tokens: tokens, depth: depth, x, into: activations)
      #expect(activations.tokenCount == tokens && activations.depth == depth)
      let isRight = (0..<tokens * depth).allSatisfy {
        let block = x[$0 / 32 * 32..<$0 / 32 * 32 + 32]
        let step = block.map(\.magnitude).max()! / 127
        return (activations[$0 / depth, $0 % depth] - x[$0]).magnitude <= step * 0.501
      }
      #expect(isRight)
    }
  }
}
