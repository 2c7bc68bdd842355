/// Bits of an element in ``ScalarCodec``.
public enum ScalarWidth: Int, Sendable, CaseIterable {
  case int8 = 8
  case int4 = 4
  case int3 = 3
  case int2 = 2

  public var bits: Int { rawValue }

  /// The codec's name in settings and manifests.
  public var name: String { "int\(rawValue)" }

  /// - Parameter name: `int8`, `int4`, `int3` or `int2`.
  public init?(name: String) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The code in the middle: levels are scale · (code − halfRange).
  var halfRange: Float { Float((1 << rawValue) - 1) / 2 }
}
