import M3Language
import Testing

@Suite struct ChineseCharacterTests {
  private func nfkc(_ text: String) throws -> String {
    let bytes = Array(text.utf8).withUnsafeBufferPointer { CompatibilityForm.nfkc($0) }
    return String(decoding: try #require(bytes), as: UTF8.self)
  }

  @Test func compatibilityForm() throws {
    #expect(try nfkc("") == "")
    #expect(try nfkc("plain") == "plain")
    #expect(try nfkc("ＡＢＣ１２３，（ﬁ）") == "ABC123,(fi)")
    #expect(try nfkc("①½ｶﾞ").utf8.elementsEqual("11⁄2ガ".utf8))
    // One code point becomes eighteen.
    let long = try nfkc(String(repeating: "\u{FDFA}", count: 1000))
    #expect(long.unicodeScalars.count == 18_000)
  }

  @Test func brokenBytes() throws {
    let bytes: [UInt8] = [0x61, 0xFF, 0xE5, 0xB1]
    let result = bytes.withUnsafeBufferPointer { CompatibilityForm.nfkc($0) }
    #expect(try #require(result).starts(with: [0x61, 0xEF, 0xBF, 0xBD]))
  }

  @Test func traditionalCharacters() throws {
    let traditional = try #require(TraditionalCharacters.standard)
    for character in "東馬橋離這個書學國".unicodeScalars { #expect(traditional.contains(character.value)) }
    for character in "东马桥离这个书学国山水a。".unicodeScalars { #expect(!traditional.contains(character.value)) }
    #expect(!traditional.contains(0) && !traditional.contains(.max))
  }
}
