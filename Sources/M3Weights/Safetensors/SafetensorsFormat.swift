/// The layout of a safetensors file, as the format's README and its reference implementation define it.
///
/// ```
/// 8  byte count of the header             little-endian
///    header                               JSON in UTF-8 that begins with "{"; spaces may pad its end
///    tensor data                          to the end of the file
///
/// header: { "__metadata__": {name: string, …}     may be left out
///           name: {"dtype": string, "shape": [integer, …], "data_offsets": [begin, end]}, … }
/// ```
/// Offsets count from the first byte of the tensor data. The tensors cover the data without overlap and without a
/// hole, values row-major and little-endian. No key stands twice.
enum SafetensorsFormat {
  static let lengthByteCount: UInt64 = 8
  /// The reference implementation's limit.
  static let headerByteLimit: UInt64 = 100_000_000
  static let metadataKey = "__metadata__"
  /// A header's object, an entry, its shape: what the format needs is three.
  static let depthLimit = 4
  /// The format sets none; torch's own is 64.
  static let dimensionLimit = 8
}
