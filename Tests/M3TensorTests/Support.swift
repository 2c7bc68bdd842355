import M3Tensor

/// Names of the sets that run here: tests take them as arguments, for they say more than the sets themselves.
let kernelNames = Kernels.available.map(\.name)

/// Lengths around every vector width and its multiples, and the empty one.
let lengths = Array(0...70) + [127, 128, 129, 576]

/// A repeatable sequence of values (SplitMix64).
struct Randomness {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in [-magnitude, magnitude).
  mutating func float(_ magnitude: Float = 1) -> Float {
    (Float(next() >> 40) * 0x1p-23 - 1) * magnitude
  }

  mutating func floats(_ count: Int, _ magnitude: Float = 1) -> [Float] {
    (0..<count).map { _ in float(magnitude) }
  }
}

/// Memory between two guards, off the alignment of vectors: what a kernel may write, and a proof that it wrote no more.
final class Guarded<Element: FixedWidthInteger> {
  private let memory: UnsafeMutableBufferPointer<Element>
  private let count: Int
  private static var guardCount: Int { 65 }
  private static var pattern: Element { Element(truncatingIfNeeded: 0x5a5a_a5a5) }

  init(count: Int) {
    self.count = count
    memory = .allocate(capacity: count + 2 * Self.guardCount)
    memory.initialize(repeating: Self.pattern)
  }

  deinit { memory.deallocate() }

  var start: UnsafeMutablePointer<Element> { memory.baseAddress! + Self.guardCount }

  var values: [Element] { Array(UnsafeBufferPointer(start: start, count: count)) }

  var isIntact: Bool {
    memory.prefix(Self.guardCount).allSatisfy { $0 == Self.pattern }
      && memory.suffix(Self.guardCount).allSatisfy { $0 == Self.pattern }
  }

  /// Whether the element is as it was before anything was written.
  func isUntouched(_ index: Int) -> Bool { start[index] == Self.pattern }
}

extension Guarded where Element == UInt32 {
  convenience init(_ floats: [Float]) {
    self.init(count: floats.count)
    for (index, value) in floats.enumerated() { start[index] = value.bitPattern }
  }

  /// The memory as float32.
  func withFloats<Result>(_ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
    start.withMemoryRebound(to: Float.self, capacity: count, body)
  }

  var floats: [Float] { values.map(Float.init(bitPattern:)) }
}

/// Equal bits, or NaN both: the sign and payload of a NaN are not the kernels' promise.
func identical(_ x: Float, _ y: Float) -> Bool { x.bitPattern == y.bitPattern || (x.isNaN && y.isNaN) }

func identical(_ x: [Float], _ y: [Float]) -> Bool { x.count == y.count && zip(x, y).allSatisfy(identical) }

/// Equal elements. An expectation that compares long arrays itself would search their difference for minutes when it fails.
func identical<Integer: FixedWidthInteger>(_ x: [Integer], _ y: [Integer]) -> Bool { x == y }

/// Whether `x` is within `relative` of `truth`, or within `absolute`; NaN and infinities must agree.
func close(_ x: Float, _ truth: Double, relative: Double, absolute: Double = 0) -> Bool {
  if truth.isNaN || x.isNaN { return truth.isNaN && x.isNaN }
  if truth.isInfinite || x.isInfinite { return Double(x) == truth }
  return (Double(x) - truth).magnitude <= Swift.max(relative * truth.magnitude, absolute)
}

func close(_ x: [Float], _ truth: [Double], relative: Double, absolute: Double = 0) -> Bool {
  x.count == truth.count && zip(x, truth).allSatisfy { close($0, $1, relative: relative, absolute: absolute) }
}
