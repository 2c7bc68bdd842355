package import M3Bytes

/// The kept texts of each bucket: 4 bytes of memory a bucket, 8 a kept text and bucket.
package struct KeptLists {
  private static let none = UInt32.max

  /// The last kept text's link of each bucket.
  private var heads: [UInt32]
  private var links: [(text: UInt32, before: UInt32)] = []
  package let limit: Int
  private let linkLimit: Int
  /// Kept texts of full buckets that no text is compared with there.
  private var unlisted: [UInt32: Int] = [:]

  /// Kept texts of all buckets that can be numbered.
  package static let linkLimit = Int(none)

  /// - Parameters:
  ///   - limit: kept texts that a bucket lists; those that come later are counted and not listed.
  ///   - linkLimit: kept texts of all buckets; at most ``linkLimit``.
  package init(bucketCount: Int, limit: Int, linkLimit: Int = Self.linkLimit) {
    heads = Array(repeating: Self.none, count: bucketCount)
    (self.limit, self.linkLimit) = (limit, min(linkLimit, Self.linkLimit))
  }

  /// The kept texts that a bucket lists, the last first, and how many it does not list.
  package func texts(_ bucket: UInt32, into texts: inout [UInt32]) -> (listed: Int, unlisted: Int) {
    let before = texts.count
    var link = heads[Int(bucket)]
    while link != Self.none {
      texts.append(links[Int(link)].text)
      link = links[Int(link)].before
    }
    let listed = texts.count - before
    return (listed, listed < limit ? 0 : unlisted[bucket] ?? 0)
  }

  /// - Parameter listed: texts that the bucket lists now.
  /// - Throws: ``FormatError`` `outOfRange` where there are more kept texts in buckets than can be numbered.
  package mutating func add(_ text: UInt32, to bucket: UInt32, listed: Int) throws(FormatError) {
    guard listed < limit else {
      unlisted[bucket, default: 0] += 1
      return
    }
    guard links.count < linkLimit else {
      throw FormatError(.outOfRange(found: "more", allowed: "at most \(linkLimit)"), field: "kept texts of all buckets")
    }
    links.append((text, heads[Int(bucket)]))
    heads[Int(bucket)] = UInt32(links.count - 1)
  }
}
