import M3Tensor
import M3TestSupport
import M3Transformer
import Testing

@Suite struct ResidualExtentTests {
  /// The residual stream after all layers is what the output head reads, and nothing beyond the layers asked for is computed.
  @Test(arguments: TestModel.all)
  func residualsOfAllDepths(_ test: TestModel) {
    var random = Randomness(seed: 70)
    let shape = test.configuration
    let tokens = random.tokens(9, vocabulary: shape.vocabularySize)
    let sequence = Sequence(
      tokens: tokens, firstPosition: 128, memory: MemoryContext.ragged(&random, shape))
    func residual(_ extent: ForwardExtent, _ recorder: Recorder = Recorder()) -> [Float] {
      let pass = ForwardPass(model: test.model)
      let pointer = pass.run([sequence], extent: extent, observer: recorder)
      return Array(UnsafeBufferPointer(start: pointer, count: 9 * shape.hiddenSize))
    }
    #expect(identical(residual(.residual(afterLayers: shape.layerCount)), residual(.hiddenStates)))
    let whole = Recorder()
    _ = residual(.hiddenStates, whole)
    for count in 0...shape.layerCount {
      let recorder = Recorder()
      _ = residual(.residual(afterLayers: count), recorder)
      #expect(recorder.layers.keys.sorted() == Array(0..<count))
      for (layer, found) in recorder.layers { #expect(identical(found.keys, whole.layers[layer]?.keys ?? [])) }
    }
  }

  /// The residual stream after some layers is that of the model which has no others.
  @Test func aShorterModelGivesTheSame() throws {
    var shape = RandomLlama()
    shape.layers = 4
    let whole = try TestModel(name: "whole", shape, kernels: .best)
    let sequence = Sequence(tokens: [3, 1, 4, 1, 5], firstPosition: 7)
    for layers in 1..<4 {
      shape.layers = layers
      let short = try TestModel(name: "short", shape, kernels: .best)
      let (wholePass, shortPass) = (ForwardPass(model: whole.model), ForwardPass(model: short.model))
      let count = 5 * shape.hidden
      let found = UnsafeBufferPointer(
        start: wholePass.run([sequence], extent: .residual(afterLayers: layers)), count: count)
      let expected = UnsafeBufferPointer(start: shortPass.run([sequence]), count: count)
      #expect(identical(Array(found), Array(expected)))
    }
  }
}
