/// The layout of a GGUF file, as ggml's `docs/gguf.md` and `gguf.cpp` define it.
///
/// All numbers are little-endian; nothing is aligned before the tensor data.
/// ```
/// 4  magic "GGUF"
/// 4  version                              2 or 3
/// 8  tensor count
/// 8  metadata count
/// metadata count ×                        string key, u32 value type, value
/// tensor count ×                          string name, u32 dimension count,
///                                         u64 each dimension (fastest first),
///                                         u32 type, u64 offset in the data
/// padding to a multiple of the alignment
/// tensor data                             each tensor at a multiple of the alignment
///
/// string: u64 byte count, UTF-8 bytes     array: u32 element type, u64 count, elements
/// ```
enum GGUFFormat {
  static let magic: [UInt8] = Array("GGUF".utf8)
  static let versions: ClosedRange<UInt32> = 2...3

  static let alignmentKey = "general.alignment"
  static let defaultAlignment: UInt32 = 32
  /// The format asks for a multiple of 8. ggml reads no more than 1 MiB; more would only be padding.
  static let alignments: ClosedRange<UInt32> = 8...1 << 20

  /// Bytes of a file that may come before the tensor data. The tokens and merges of the largest
  /// vocabularies in use (256 Ki tokens) take some 10 MB, and what is parsed stays in memory.
  static let headerByteLimit: UInt64 = 128 << 20
  /// Bytes of the data that no tensor holds: padding takes less than an alignment for each tensor.
  static let voidByteLimit: UInt64 = 64 << 20
  /// Far more than models have; an entry takes several times its bytes in memory.
  static let entryCountLimit: UInt64 = 1 << 16
  /// The format's own limits.
  static let keyByteLimit: UInt64 = 65_535
  static let tensorNameByteLimit: UInt64 = 64
  static let dimensionCounts: ClosedRange<UInt32> = 1...4
  /// Arrays in arrays. The format sets no limit and ggml reads none; the parser recurses, so it needs one.
  static let arrayDepthLimit = 4

  /// u64 length, one byte of key, u32 type, one byte of value.
  static let metadataEntryMinimum = 8 + 1 + 4 + 1
  /// u64 length, one byte of name, u32 dimension count, one u64 dimension, u32 type, u64 offset.
  static let tensorEntryMinimum = 8 + 1 + 4 + 8 + 4 + 8
}
