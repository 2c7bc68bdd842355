import M3Bytes
import M3TestSupport
import Testing

/// Keys and signatures of RFC 8032, section 7.1, test 1; PEM as OpenSSL 3.0 writes that key.
@Suite struct SigningTests {
  static let privatePEM = """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
    -----END PRIVATE KEY-----

    """
  static let publicPEM = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
    -----END PUBLIC KEY-----

    """
  static let publicBytes = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
  static let emptySignature =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"

  @Test func signsAsTheStandardSays() throws {
    let key = try SigningKey(pem: Array(Self.privatePEM.utf8))
    #expect(key.verificationKey.description == Self.publicBytes)
    #expect(Hexadecimal.string(try key.signature(of: [])) == Self.emptySignature)
    #expect(try key.signature(of: [1, 2, 3]) == key.signature(of: [1, 2, 3]))
  }

  @Test func verifiesOneMessageByOneKey() throws {
    let key = try VerificationKey(pem: Array(Self.publicPEM.utf8))
    #expect(key.description == Self.publicBytes)
    #expect(VerificationKey(hexadecimal: Self.publicBytes) == key)
    let signature = try #require(Hexadecimal.bytes(Self.emptySignature))
    #expect(key.isValid(signature: signature, of: []))
    #expect(!key.isValid(signature: signature, of: [0]))
    #expect(!key.isValid(signature: [], of: []))
    #expect(!key.isValid(signature: signature + [0], of: []))
    for bit in 0..<signature.count * 8 {
      var other = signature
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!key.isValid(signature: other, of: []), "bit \(bit)")
    }
    let another = try #require(VerificationKey(hexadecimal: String(repeating: "12", count: 32)))
    #expect(!another.isValid(signature: signature, of: []))
  }

  /// Texts that are no private Ed25519 key.
  static let refused = [
    "", "-----BEGIN PRIVATE KEY-----", publicPEM, privatePEM + privatePEM, "key:\n" + privatePEM,
    // Ed448 and X25519, as `openssl genpkey` writes them.
    """
    -----BEGIN PRIVATE KEY-----
    MEcCAQAwBQYDK2VxBDsEOV9atOBLX8Y2Z5Xs+lbxPW708acGFNmM8eft7iUJsLom
    wpjxaBY42tO5XSt4/TV8oACnk77tNx3xxw==
    -----END PRIVATE KEY-----

    """,
    """
    -----BEGIN PRIVATE KEY-----
    MC4CAQAwBQYDK2VuBCIEIODfEpupDFR4aYn4E6I1PDkdA66ke2FXGznRE+rwj7Jp
    -----END PRIVATE KEY-----

    """,
    // One byte less and one more; a character that is none of Base64; white space.
    privatePEM.replacing("rn9g", with: "rn8="), privatePEM.replacing("rn9g", with: "rn9gAAAA"),
    privatePEM.replacing("rn9g", with: "rn9*"), privatePEM.replacing("rn9g", with: "rn9g "),
    privatePEM.replacing("\n", with: "\r\n"), privatePEM.replacing("PRIVATE", with: "ENCRYPTED PRIVATE"),
  ]

  @Test(arguments: refused.indices) func anotherTextIsRefusedAndNotQuoted(index: Int) {
    #expect {
      try SigningKey(pem: Array(Self.refused[index].utf8))
    } throws: { error in
      let text = "\(error)"
      return error is FormatError && text.contains("Ed25519 private key") && !text.contains("MC4C")
    }
  }

  @Test func aPrivateKeyIsNoPublicOne() {
    #expect(throws: FormatError.self) { try VerificationKey(pem: Array(Self.privatePEM.utf8)) }
    // Padding bits that are not zero: the same bytes, written another way.
    let loose = Self.publicPEM.replacing("URo=", with: "URp=")
    #expect(throws: FormatError.self) { try VerificationKey(pem: Array(loose.utf8)) }
  }

  @Test func aFileIsNamed() throws {
    let folder = try TemporaryFolder()
    let empty = try folder.write([], "empty.pem")
    #expect {
      try VerificationKey(path: empty)
    } throws: {
      ($0 as? FormatError)?.file == empty
    }
    #expect { try SigningKey(path: "/nowhere/key.pem") } throws: { ($0 as? FileError)?.isMissing == true }
  }
}
