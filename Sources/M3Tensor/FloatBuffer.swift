#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A fixed number of float32 values, 64-byte aligned, that kernels read and write by pointer.
///
/// Several threads may read it, or write parts that do not overlap; anything else needs the caller's own order.
public final class FloatBuffer: @unchecked Sendable {
  /// Number of elements.
  public let count: Int

  /// The first element. Valid as long as the buffer is alive: keep it so with `withExtendedLifetime`, or by owning it.
  public let pointer: UnsafeMutablePointer<Float>

  /// Buffers from this size on ask the kernel for huge pages: streaming weights is bound by address translation too.
  private static let hugePageBytes = 2 << 20

  /// Allocates `count` zeros. `ElementCount` checks counts that come from a file.
  public convenience init(count: Int) {
    self.init(uninitializedCount: count)
    pointer.initialize(repeating: 0, count: count)
  }

  /// A copy of `elements`.
  public convenience init(_ elements: [Float]) {
    self.init(uninitializedCount: elements.count)
    pointer.initialize(from: elements, count: elements.count)
  }

  /// Allocates without writing: for a buffer that is written whole before it is read.
  public init(uninitializedCount count: Int) {
    precondition(count >= 0 && count <= Int.max / 8, "element count out of range")
    let byteCount = max(count, 1) * MemoryLayout<Float>.stride
    let isLarge = byteCount >= Self.hugePageBytes
    let alignment = isLarge ? Self.hugePageBytes : 64
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, alignment, byteCount) == 0, let memory else {
      fatalError("out of memory: \(byteCount) bytes")
    }
    if isLarge { madvise(memory, byteCount, Int32(MADV_HUGEPAGE)) }
    self.count = count
    pointer = memory.bindMemory(to: Float.self, capacity: count)
  }

  deinit { free(pointer) }

  /// Puts a buffer of at least `count` elements, not written yet, in the place of a smaller one.
  public static func grow(_ buffer: inout FloatBuffer, to count: Int) {
    if buffer.count < count { buffer = FloatBuffer(uninitializedCount: count) }
  }

  /// The elements, without a copy. Valid as long as the buffer is alive.
  public var elements: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: pointer, count: count) }

  /// The element at `index`; the index is checked in debug builds only.
  public subscript(index: Int) -> Float {
    get {
      assert(index >= 0 && index < count, "index out of range")
      return pointer[index]
    }
    set {
      assert(index >= 0 && index < count, "index out of range")
      pointer[index] = newValue
    }
  }
}
