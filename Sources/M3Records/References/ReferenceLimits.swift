package import M3Bytes

/// What a reference may have so that a bank can take it: an id, a source and a text within the limits of its records.
package enum ReferenceLimits {
  /// UTF-8 bytes of an id.
  package static let idLength = 4_096
  /// UTF-8 bytes of a text.
  package static let textLength = 1 << 16
  /// Bytes of the metadata, so that a record's source is within 1 MiB: ids are escaped in it, six bytes for one at most.
  package static let metadataLength = (1 << 20) - 6 * idLength - 256

  /// - Throws: ``FormatError`` `outOfRange`.
  package static func check(_ reference: Reference) throws(FormatError) {
    try check(reference.id.utf8.count, idLength, "id")
    try check(reference.text.utf8.count, textLength, "text")
    try check(reference.metadata.count, metadataLength, "metadata")
  }

  /// - Parameter count: bytes of the field.
  /// - Throws: ``FormatError`` `outOfRange`.
  package static func check(_ count: Int, _ limit: Int, _ field: String) throws(FormatError) {
    guard count <= limit else {
      throw FormatError(.outOfRange(found: "\(count) bytes", allowed: "at most \(limit)"), field: field)
    }
  }
}
