import M3Bytes
import M3JSON
import M3TestSupport

/// Sums that are made to fit again.
enum Sealing {
  /// The last eight bytes are made XXH3-64 of those before.
  static func trailing(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 8 else { return bytes }
    return trailing(over: Array(bytes.dropLast(8)))
  }

  /// The bytes and their XXH3-64 behind them.
  static func trailing(over bytes: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(bytes)
    writer.integer(XXH3.hash64(bytes))
    return writer.bytes
  }

  /// Canonical JSON and a line feed, with the SHA-256 of all but the sum under `key`.
  static func manifest(_ bytes: [UInt8], key: String) -> [UInt8] {
    let text = bytes.last == 0x0A ? Array(bytes.dropLast()) : bytes
    guard case .object(let object)? = try? JSONValue.parse(text) else { return bytes }
    return object.sealed(key)
  }
}
