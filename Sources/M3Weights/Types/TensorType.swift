/// The types of weights that are read, with the numbers that ggml gives them.
///
/// A row is cut into blocks of ``blockSize`` values that take ``bytesPerBlock`` bytes.
public enum TensorType: UInt32, Sendable, CaseIterable {
  /// IEEE binary32.
  case f32 = 0
  /// IEEE binary16.
  case f16 = 1
  /// Half-precision scale, 32 × 4 bits: `d * (q - 8)`.
  case q4_0 = 2
  /// Half-precision scale and minimum, 32 × 4 bits: `d * q + m`.
  case q4_1 = 3
  /// Half-precision scale, 32 fifth bits, 32 × 4 bits: `d * (q - 16)`.
  case q5_0 = 6
  /// Half-precision scale and minimum, 32 fifth bits, 32 × 4 bits: `d * q + m`.
  case q5_1 = 7
  /// Half-precision scale, 32 signed bytes: `d * q`.
  case q8_0 = 8
  /// Half-precision scale and minimum, 16 × 4 bits of each, 256 × 2 bits: `d * s * q - dmin * m`.
  case q2_K = 10
  /// Half-precision scale, 16 × 6 bits of scales, 256 × 3 bits: `d * (s - 32) * (q - 4)`.
  case q3_K = 11
  /// Half-precision scale and minimum, 8 × 6 bits of each, 256 × 4 bits: `d * s * q - dmin * m`.
  case q4_K = 12
  /// Half-precision scale and minimum, 8 × 6 bits of each, 256 × 5 bits: `d * s * q - dmin * m`.
  case q5_K = 13
  /// Half-precision scale, 16 signed bytes of scales, 256 × 6 bits: `d * s * (q - 32)`.
  case q6_K = 14
  /// Half-precision scale, 32 × 4 bits, each the number of one of 16 levels: `d * level[q]`.
  case iq4_nl = 20
  /// Half-precision scale, 8 × 6 bits of scales, 256 × 4 bits of levels: `d * (s - 32) * level[q]`.
  case iq4_xs = 23
  /// The upper half of an IEEE binary32.
  case bf16 = 30

  /// Values in a block.
  public var blockSize: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4_nl: 32
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_xs: 256
    }
  }

  public var bytesPerBlock: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4_0: 2 + 16
    case .q4_1: 2 + 2 + 16
    case .q5_0: 2 + 4 + 16
    case .q5_1: 2 + 2 + 4 + 16
    case .q8_0: 2 + 32
    case .q2_K: 16 + 64 + 2 + 2
    case .q3_K: 32 + 64 + 12 + 2
    case .q4_K: 2 + 2 + 12 + 128
    case .q5_K: 2 + 2 + 12 + 32 + 128
    case .q6_K: 128 + 64 + 16 + 2
    case .iq4_nl: 2 + 16
    case .iq4_xs: 2 + 2 + 4 + 128
    }
  }
}

extension TensorType: CustomStringConvertible {
  /// ggml's name for the type.
  public var description: String { TensorType.name(ofNumber: rawValue) }

  /// ggml's name for any type number, also of types that are not read; the number where it has none.
  static func name(ofNumber number: UInt32) -> String {
    number < names.count ? names[Int(number)] : "number \(number)"
  }

  /// By number, those that ggml has removed from the format included.
  private static let names: [String] = [
    "F32", "F16", "Q4_0", "Q4_1", "Q4_2", "Q4_3", "Q5_0", "Q5_1", "Q8_0", "Q8_1",
    "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS", "IQ3_XXS", "IQ1_S",
    "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16", "I32", "I64", "F64", "IQ1_M",
    "BF16", "Q4_0_4_4", "Q4_0_4_8", "Q4_0_8_8", "TQ1_0", "TQ2_0", "IQ4_NL_4_4", "IQ4_NL_4_8", "IQ4_NL_8_8", "MXFP4",
    "NVFP4", "Q1_0",
  ]
}
