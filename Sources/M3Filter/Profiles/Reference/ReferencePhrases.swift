/// The phrases of pages' frames, in English and Chinese: cookies, rights, sharing, menus, placeholders.
enum ReferencePhrases {
  private static let phrases: [[UInt8]] = [
    "all rights reserved", "terms of use", "terms of service", "privacy policy", "cookie policy", "use cookies",
    "uses cookies", "use of cookies", "accept cookies", "enable javascript", "javascript is disabled",
    "skip to content", "skip to main content", "toggle navigation", "click here", "read more", "sign up",
    "log in", "subscribe to", "newsletter", "share this", "table of contents", "previous topic", "next topic",
    "back to top", "lorem ipsum", "show source", "report a bug",
    "版权所有", "转载请注明", "点击查看", "阅读更多", "查看更多", "返回顶部", "返回首页", "上一篇", "下一篇", "相关阅读",
    "扫描二维码", "关注我们", "免责声明", "隐私政策", "责任编辑", "加入收藏",
  ].map { Array($0.utf8) }

  /// By the first two bytes, in lower case.
  private static let byStart: [UInt16: [[UInt8]]] = Dictionary(grouping: phrases) { UInt16($0[0]) << 8 | UInt16($0[1]) }

  private static let isStart: [Bool] = {
    var flags = [Bool](repeating: false, count: 1 << 16)
    for start in byStart.keys { flags[Int(start)] = true }
    return flags
  }()

  /// How often one stands in the text; the case of ASCII's letters does not count.
  static func count(in text: FilterText) -> Int {
    text.bytes.withUnsafeBufferPointer { utf8 in
      isStart.withUnsafeBufferPointer { isStart in
        var count = 0
        var last: UInt16 = 0
        for index in utf8.indices {
          let byte = AsciiText.lowercased(utf8[index])
          last = last << 8 | UInt16(byte)
          if isStart[Int(last)], index > 0, stands(at: index - 1, start: last, in: utf8) { count += 1 }
        }
        return count
      }
    }
  }

  /// An English phrase stands between characters that are no letters of ASCII.
  private static func stands(at index: Int, start: UInt16, in utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    byStart[start]?.contains { phrase in
      index + phrase.count <= utf8.count
        && (2..<phrase.count).allSatisfy { AsciiText.lowercased(utf8[index + $0]) == phrase[$0] }
        && (phrase[0] >= 0x80
          || !(isLetter(at: index - 1, in: utf8) || isLetter(at: index + phrase.count, in: utf8)))
    } ?? false
  }

  private static func isLetter(at index: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    utf8.indices.contains(index) && AsciiText.lowercased(utf8[index]) &- 0x61 < 26
  }
}
