import M3Bytes
import M3JSON
import M3Records

/// What a document may have so that the stages behind can take its references: found here, where the line is known.
enum DocumentLimits {
  /// UTF-8 bytes of an id, so that a reference's, `ID#n`, is within its limit.
  static let idLength = ReferenceLimits.idLength - 16
  /// Depth of the metadata, which stands one deeper in a reference: JSON is read to a depth of 64.
  static let metadataDepth = 63

  /// - Throws: ``FormatError`` `outOfRange`.
  static func check(_ document: Document) throws(FormatError) {
    try ReferenceLimits.check(document.id.utf8.count, idLength, "id")
    try ReferenceLimits.check(document.metadata.count, ReferenceLimits.metadataLength, "metadata")
    var failure: FormatError?
    document.metadata.withUnsafeBufferPointer { bytes in
      var scanner = JSONScanner(bytes, limits: JSONLimits(maximumDepth: metadataDepth))
      do throws(FormatError) { _ = try scanner.skipValue() } catch { failure = error }
    }
    if let failure { throw FormatError(failure.problem, field: "metadata") }
  }
}
