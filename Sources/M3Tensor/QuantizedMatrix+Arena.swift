import Synchronization

extension QuantizedMatrix {
  /// One piece of memory for all matrices of a model.
  ///
  /// The matrices of a small model are below the size of a huge page each; apart from each other they would lie on small
  /// ones, and the processor, which does not prefetch beyond the end of a page, would read them at little more than half
  /// the speed. Threads may take from it at once.
  public final class Arena: Sendable {
    private let storage: FloatBuffer
    private let byteCount: Int
    private let taken = Atomic<Int>(0)

    /// Matrices begin at multiples of so many bytes, those of a cache line.
    private static let alignment = 64

    /// - Parameter byteCount: the sum of what ``size(ofBytes:)`` gives for each matrix. Memory is used as it is taken.
    public init(byteCount: Int) {
      precondition(byteCount >= 0, "a size")
      self.byteCount = byteCount
      storage = FloatBuffer(uninitializedCount: byteCount / 4 + 1)
    }

    /// What `byteCount` bytes take up in an arena.
    public static func size(ofBytes byteCount: Int) -> Int { (byteCount / alignment + 1) * alignment }

    /// Memory that lives as long as the arena; nil where no such piece is left.
    func take(byteCount: Int) -> UnsafeMutableRawPointer? {
      let size = Self.size(ofBytes: byteCount)
      let end = taken.add(size, ordering: .relaxed).newValue
      return end <= self.byteCount ? UnsafeMutableRawPointer(storage.pointer) + (end - size) : nil
    }
  }
}
