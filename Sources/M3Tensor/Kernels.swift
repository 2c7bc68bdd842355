internal import CKernels

/// The float32 kernels of a forward pass for one instruction set.
///
/// All are single-threaded, keep no state and may run on several threads at once. Sizes and strides are in elements;
/// strides are from one row to the next. NaN in an input gives NaN in the outputs that depend on it. Outputs do not overlap
/// inputs unless a method says "in place", and nothing outside the stated shape is written.
///
/// Results depend on the inputs and on `name` only. Those of the matrix product do not depend even on `name`.
public struct Kernels: @unchecked Sendable {
  /// A constant of the library: it lives as long as the process.
  let table: UnsafePointer<m3_kernels>

  /// `avx512`, `avx2`, `neon`, `scalar` or `avx512-emulated`.
  public var name: String { String(cString: table.pointee.name) }

  /// True of a set that reproduces another machine's results bit for bit, slowly. It is never chosen by itself.
  public var isEmulation: Bool { table.pointee.emulation }

  /// Columns of a packed panel (NR).
  public var panelWidth: Int { table.pointee.panel_width }
}

extension Kernels {
  /// What this machine can run, fastest first, then the emulations.
  public static let available: [Kernels] = {
    var found: [Kernels] = []
    while let table = m3_kernels_at(found.count) { found.append(Kernels(table: table)) }
    return found
  }()

  /// The fastest on this machine.
  public static let best = available[0]

  /// The set called `name`.
  ///
  /// - Throws: `TensorError.unknownKernels` when there is none on this machine.
  public static func named(_ name: String) throws(TensorError) -> Kernels {
    guard let found = available.first(where: { $0.name == name }) else {
      throw .unknownKernels(name: name, available: available.map(\.name))
    }
    return found
  }
}
