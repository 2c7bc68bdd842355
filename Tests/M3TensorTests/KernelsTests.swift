import M3Tensor
import Testing

@Suite struct KernelsTests {
  @Test func bestIsNoEmulation() throws {
    #expect(!Kernels.best.isEmulation)
    #expect(try Kernels.named(Kernels.best.name).panelWidth == Kernels.best.panelWidth)
  }

  @Test func everyMachineHasTheScalarSet() throws {
    #expect(try Kernels.named("scalar").name == "scalar")
  }

  @Test func unknownNameListsWhatThereIs() {
    #expect(throws: TensorError.unknownKernels(name: "mmx", available: Kernels.available.map(\.name))) {
      try Kernels.named("mmx")
    }
  }
}
