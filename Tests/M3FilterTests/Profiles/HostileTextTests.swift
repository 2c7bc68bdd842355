import M3Filter
import Testing

/// Texts that are hardly any: no profile ends the program, and none keeps them.
@Suite struct HostileTextTests {
  static let texts: [(name: String, text: String)] = [
    ("empty", ""), ("one letter", "a"), ("one character", "山"), ("one mark", "。"),
    ("spaces", "  \u{3000}\u{A0}\t "),
    ("line ends", "\n\n\n\n"), ("carriage returns", "\r\n\r\n\r"), ("emoji", "😀👍🏽👨‍👩‍👧‍👦🇨🇳"),
    ("a combining mark", "\u{301}"),
    ("a noncharacter", String(decoding: [0xEF, 0xB7, 0x90] as [UInt8], as: UTF8.self)),
    ("zeros", String(repeating: "\0", count: 300)),
    ("a megabyte of one letter", String(repeating: "a", count: 1 << 20)),
    ("a megabyte of one ideograph", String(repeating: "山", count: 350_000)),
    ("a megabyte of one emoji", String(repeating: "😀", count: 1 << 18)),
    ("a megabyte of full stops", String(repeating: ".", count: 1 << 20)),
    ("a megabyte of dotted letters", String(repeating: "a.", count: 1 << 19)),
    ("a megabyte of line ends", String(repeating: "\n", count: 1 << 20)),
    ("a megabyte of brackets", String(repeating: "【", count: 350_000)),
    ("links", String(repeating: "http://http://", count: 20_000)),
    ("apostrophes", String(repeating: "''", count: 20_000)),
  ]

  @Test(arguments: ProfileRegistry.entries, texts.indices)
  func refused(entry: ProfileEntry, index: Int) {
    let text = FilterText(Self.texts[index].text)
    let values = entry.profile.values(of: text)
    #expect(values.count == entry.profile.rules.count)
    if entry.name == "reference" || entry.name == "memory3" {
      #expect(entry.profile.rejection(of: text) != nil, "\(Self.texts[index].name)")
    }
  }
}
