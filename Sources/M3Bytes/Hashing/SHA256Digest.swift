import Crypto

/// A SHA-256 digest: the identity of files that must not be forged.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
  /// 32 bytes.
  public let bytes: [UInt8]

  /// - Returns: nil unless there are 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// - Returns: nil unless the text is 64 lower-case hexadecimal digits.
  public init?(hexadecimal: String) {
    guard let bytes = Hexadecimal.bytes(hexadecimal) else { return nil }
    self.init(bytes: bytes)
  }

  fileprivate init(_ digest: SHA256.Digest) {
    bytes = Array(digest)
  }

  public static func of(_ bytes: [UInt8]) -> SHA256Digest {
    SHA256Digest(SHA256.hash(data: bytes))
  }

  public static func of(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    return hasher.finish()
  }

  /// The digest of a whole file, read in pieces.
  /// - Throws: ``FileError``.
  public static func ofFile(_ path: String) throws -> SHA256Digest {
    let file = try ReadableFile(path: path)
    var hasher = SHA256Hasher()
    var offset: UInt64 = 0
    while true {
      let piece = try file.read(upTo: 1 << 20, at: offset)
      if piece.isEmpty { return hasher.finish() }
      piece.withUnsafeBytes { hasher.update($0) }
      offset += UInt64(piece.count)
    }
  }

  /// The digest of a part of a file, read in pieces, and how many line feeds are in it.
  /// - Throws: ``FileError``; ``FormatError`` `truncated` where the file ends before.
  public static func of(_ file: ReadableFile, in range: Range<UInt64>) throws -> (digest: SHA256Digest, lineEnds: Int) {
    var hasher = SHA256Hasher()
    var lineEnds = 0
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = Int(min(1 << 20, range.upperBound - offset))
      let piece = try file.read(exactly: count, at: offset, field: "content")
      hasher.update(piece)
      // Without a branch, so that it takes many bytes at a time.
      piece.withUnsafeBytes { bytes in for byte in bytes { lineEnds &+= byte == 0x0A ? 1 : 0 } }
      offset += UInt64(count)
    }
    return (hasher.finish(), lineEnds)
  }

  public var description: String { Hexadecimal.string(bytes) }
}

/// SHA-256 over bytes that come in pieces.
public struct SHA256Hasher: Sendable {
  private var state = SHA256()

  public init() {}

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    state.update(bufferPointer: bytes)
  }

  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { state.update(bufferPointer: $0) }
  }

  /// The digest of what came so far; the hasher can go on.
  public func finish() -> SHA256Digest {
    SHA256Digest(state.finalize())
  }
}
