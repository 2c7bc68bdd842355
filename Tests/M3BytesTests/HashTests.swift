import M3Bytes
import M3TestSupport
import Testing

/// Hashes against the reference implementations: Python's hashlib, and xxhash 0.8.4.
@Suite struct HashTests {
  /// (i · 7 + 3) mod 256.
  static let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }

  @Test(
    arguments: [
      (0, 0, 0x2D06_8005_38D3_94C2), (0, 0x9E37_79B9_7F4A_7C15, 0x602B_0E2C_D666_2C8B),
      (1, 0, 0x13E6_08BC_156D_EFED), (1, 0x9E37_79B9_7F4A_7C15, 0x1B4C_4660_9816_0569),
      (3, 0, 0xA908_8DDA_485B_481C), (8, 0, 0x6053_9DB6_3047_1163), (9, 0, 0xFEFF_6683_61D7_23A8),
      (16, 0x9E37_79B9_7F4A_7C15, 0x7775_D233_37D7_96B5), (17, 0, 0x714A_0440_8E79_B80F),
      (128, 0, 0x6742_5A03_6502_61BF), (129, 0, 0xC664_BF33_11C6_ABC4),
      (240, 0x9E37_79B9_7F4A_7C15, 0x6EA7_3B2B_E19B_57C5), (241, 0, 0x8BEA_DD3A_8874_FE17),
      (1024, 0, 0x9B81_661C_641C_72B1), (5000, 0, 0x799A_ADDD_7339_581D),
      (5000, 0x9E37_79B9_7F4A_7C15, 0x4EAE_2D7F_035D_B6BB),
    ] as [(Int, UInt64, UInt64)])
  func xxh3(count: Int, seed: UInt64, expected: UInt64) {
    #expect(XXH3.hash64(Array(Self.bytes[..<count]), seed: seed) == expected)
  }

  @Test func xxh3OfText() {
    #expect(XXH3.hash64("记忆茶") == 0x7CBE_7C64_483E_FAB5)
    #expect(XXH3.hash64("记忆茶") == XXH3.hash64(Array("记忆茶".utf8)))
  }

  static let digests = [
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (1, "084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5"),
    (55, "e7313d333c272e639f790978283f9eb392e843d0f29b7016828bb1daa4aac70b"),
    (56, "4324d65f3c103567f5589c710bc08f8523f929a9272e3af36fc968e52abc6c27"),
    (64, "39e3d7b6b5d075d37d053ad89b24b41bef4f3c29760c84447cab3f3be1882241"),
    (65, "aacca6ff74fdbb296d165a45cecfa04e5127bc008770fbbdd48006f2d2fae95e"),
    (5000, "34398b85297bf7d9dfb59b8d511d8bbb44ab23e891570e4395e7871475fc8afb"),
  ]

  @Test(arguments: digests)
  func sha256(count: Int, expected: String) throws {
    let bytes = Array(Self.bytes[..<count])
    #expect(SHA256Digest.of(bytes).description == expected)
    #expect(bytes.withUnsafeBytes { SHA256Digest.of($0) }.description == expected)
    let folder = try TemporaryFolder()
    #expect(try SHA256Digest.ofFile(folder.write(bytes, "f")).description == expected)
  }

  @Test(arguments: [1, 7, 64, 1000])
  func sha256InPieces(size: Int) {
    var hasher = SHA256Hasher()
    for start in stride(from: 0, to: 5000, by: size) {
      hasher.update(Array(Self.bytes[start..<min(start + size, 5000)]))
    }
    #expect(hasher.finish().description == Self.digests.last?.1)
    // It can go on.
    hasher.update([1])
    #expect(hasher.finish() == SHA256Digest.of(Self.bytes + [1]))
  }

  /// Pieces of the reader are 1 MiB.
  @Test func sha256OfALargeFile() throws {
    var random = Randomness(seed: 1)
    let bytes = (0..<(1 << 20) + 12_345).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let folder = try TemporaryFolder()
    #expect(try SHA256Digest.ofFile(folder.write(bytes, "f")) == SHA256Digest.of(bytes))
  }

  @Test func digestsAsText() {
    let digest = SHA256Digest.of([])
    #expect(SHA256Digest(hexadecimal: digest.description) == digest)
    #expect(SHA256Digest(bytes: digest.bytes) == digest)
    for text in [
      "", "e3", digest.description.uppercased(), digest.description + "00", String(digest.description.dropLast()),
    ] {
      #expect(SHA256Digest(hexadecimal: text) == nil)
    }
    #expect(SHA256Digest(bytes: [1, 2]) == nil)
  }
}
