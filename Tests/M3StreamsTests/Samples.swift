import M3Bytes

/// Two texts as the command-line tools compress them.
///
/// `printf 'alpha\nbeta \303\251\n' > a; printf 'gamma\n' > b`, then `gzip -n9` (gzip 1.12),
/// `zstd --check` (1.5.4) and `lz4` (1.9.4).
struct Sample: Sendable, CustomStringConvertible {
  let ending: String
  /// The field that errors name.
  let field: String
  let a: [UInt8]
  let b: [UInt8]

  static let textA = Array("alpha\nbeta é\n".utf8)
  static let textB = Array("gamma\n".utf8)

  private init(_ ending: String, _ field: String, _ a: String, _ b: String) {
    self.ending = ending
    self.field = field
    self.a = Hexadecimal.bytes(a)!
    self.b = Hexadecimal.bytes(b)!
  }

  static let all = [
    Sample(
      ".gz", "gzip stream", "1f8b08000000000002034bcc29c848e44a4a2d495438bc920b0053db1ce20e000000",
      "1f8b08000000000002034b4fcccd4de40200e904111506000000"),
    Sample(
      ".zst", "zstd stream", "28b52ffd240e710000616c7068610a6265746120c3a90adbfec446",
      "28b52ffd240631000067616d6d610aeee3632f"),
    Sample(
      ".lz4", "lz4 stream", "04224d186440a70e000080616c7068610a6265746120c3a90a00000000d92bc683",
      "04224d186440a70600008067616d6d610a0000000022031536"),
  ]

  /// `lz4 -l a`: the format before frames.
  static let legacyLZ4 = Hexadecimal.bytes("02214c180f000000e0616c7068610a6265746120c3a90a")!

  var description: String { ending }
}
