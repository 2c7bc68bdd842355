/// How the bytes of an input file are compressed.
public enum Compression: String, Sendable, Equatable, CaseIterable {
  case none, gzip, zstd, lz4

  /// The compression that a file's name promises.
  public init(name: String) {
    self = Compression.allCases.first { $0.ending.map(name.hasSuffix) ?? false } ?? .none
  }

  /// The ending of names, dot included; nil for ``none``.
  public var ending: String? {
    switch self {
    case .none: nil
    case .gzip: ".gz"
    case .zstd: ".zst"
    case .lz4: ".lz4"
    }
  }

  /// Bytes that the magic numbers need.
  static let magicLength = 4

  /// The compression whose magic number a file begins with; nil for none of them.
  ///
  /// Skippable frames belong to zstd and to LZ4 alike, so they alone decide nothing.
  init?(magic bytes: [UInt8]) {
    if bytes.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      self = .zstd
    } else if bytes.starts(with: [0x04, 0x22, 0x4D, 0x18]) {
      self = .lz4
    } else {
      return nil
    }
  }

  /// Whether bytes begin a skippable frame: 0x184D2A50 to 0x184D2A5F, little-endian.
  static func isSkippable(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] & 0xF0 == 0x50 && bytes[1...3].elementsEqual([0x2A, 0x4D, 0x18])
  }
}
