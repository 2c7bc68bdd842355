public import M3Tensor

extension Kernels {
  /// The kernels that an option or a setting names; `auto` is the fastest set of this machine.
  /// - Throws: ``TensorError`` `unknownKernels` for a name that is none here.
  public static func chosen(_ name: String) throws(TensorError) -> Kernels {
    name == "auto" ? best : try named(name)
  }
}
