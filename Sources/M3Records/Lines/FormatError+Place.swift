package import M3Bytes

extension FormatError {
  /// The same error with the record's place.
  package func at(_ place: RecordPlace) -> FormatError {
    var error = inFile(place.file)
    error.line = error.line ?? place.line
    error.byteOffset = error.byteOffset ?? place.byteOffset
    return error
  }
}
