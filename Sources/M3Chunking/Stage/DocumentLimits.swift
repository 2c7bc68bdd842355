import M3Bytes
import M3JSON
import M3Records

/// What a document may have so that the stages behind can take its references: found here, where the line is known.
enum DocumentLimits {
  /// UTF-8 bytes of an id, so that a reference's, `ID#n`, is within the bank's 4,096.
  static let idLength = 4_096 - 16
  /// Bytes of the metadata, so that a record's source is within the bank's 1 MiB: ids are escaped in it, six bytes for
  /// one at most.
  static let metadataLength = (1 << 20) - 6 * 4_096 - 256
  /// Depth of the metadata, which stands one deeper in a reference: JSON is read to a depth of 64.
  static let metadataDepth = 63

  /// - Throws: ``FormatError`` `outOfRange`.
  static func check(_ document: Document) throws(FormatError) {
    try check(document.id.utf8.count, idLength, "id")
    try check(document.metadata.count, metadataLength, "metadata")
    var failure: FormatError?
    document.metadata.withUnsafeBufferPointer { bytes in
      var scanner = JSONScanner(bytes, limits: JSONLimits(maximumDepth: metadataDepth))
      do throws(FormatError) { _ = try scanner.skipValue() } catch { failure = error }
    }
    if let failure { throw FormatError(failure.problem, field: "metadata") }
  }

  private static func check(_ count: Int, _ limit: Int, _ field: String) throws(FormatError) {
    guard count <= limit else {
      throw FormatError(.outOfRange(found: "\(count) bytes", allowed: "at most \(limit)"), field: field)
    }
  }
}
