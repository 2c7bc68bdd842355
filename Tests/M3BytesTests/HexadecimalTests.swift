import M3Bytes
import Testing

@Suite struct HexadecimalTests {
  @Test func everyByte() {
    for byte in UInt8.min...UInt8.max {
      let text = Hexadecimal.string([byte])
      #expect(text.count == 2)
      #expect(UInt8(text, radix: 16) == byte)
      #expect(text == text.lowercased())
      #expect(Hexadecimal.bytes(text) == [byte])
    }
  }

  @Test func integersAreWrittenFromTheTop() {
    #expect(Hexadecimal.string(UInt64(0x0123_4567_89AB_CDEF)) == "0123456789abcdef")
    #expect(Hexadecimal.string(UInt16(1)) == "0001")
    #expect(Hexadecimal.bytes("") == [])
  }

  @Test(arguments: ["0", "abc", "AB", "0x", " 1", "1 ", "g0", "0é", "٣٣"])
  func otherTextsAreNone(text: String) {
    #expect(Hexadecimal.bytes(text) == nil)
  }
}
