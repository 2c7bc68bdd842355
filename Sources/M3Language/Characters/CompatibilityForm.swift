internal import CICU

/// Unicode's normalization form KC: full-width forms, ligatures and the like become the plain characters they stand
/// for.
public enum CompatibilityForm {
  /// A text in normalization form KC; nil where ICU's data is missing or the text has more than 256 MiB.
  public static func nfkc(_ utf8: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    if utf8.allSatisfy({ $0 < 0x80 }) { return Array(utf8) }
    return utf8.withMemoryRebound(to: CChar.self) { text in
      var capacity = text.count + text.count / 8
      while true {
        var needed: Int64 = 0
        let result = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
          needed = buffer.withMemoryRebound(to: CChar.self) {
            m3_icu_nfkc(text.baseAddress, Int64(text.count), $0.baseAddress, Int64($0.count))
          }
          count = max(0, min(Int(needed), capacity))
        }
        if needed < 0 { return nil }
        if needed <= Int64(capacity) { return result }
        capacity = Int(needed)
      }
    }
  }
}
