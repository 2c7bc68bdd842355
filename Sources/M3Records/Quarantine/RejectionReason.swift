public import M3Bytes

extension FormatError {
  /// The kind of a bad record, under which reports count it: stable, in snake case.
  ///
  /// | reason | what was found |
  /// |---|---|
  /// | `too_long` | a record above the limit of its length |
  /// | `bad_utf8` | bytes that are not UTF-8 |
  /// | `nul_character` | U+0000 in a text |
  /// | `bad_json` | JSON that breaks the grammar: half a surrogate pair, an end too early, no object |
  /// | `duplicate_key` | a key that stands twice in an object |
  /// | `json_limit` | JSON that is nested too deep, or has too many keys |
  /// | `duplicate_FIELD` | a value that must be unique and came before: `duplicate_id` |
  /// | `missing_FIELD` | a field that is not there: `missing_text` |
  /// | `FIELD_out_of_range` | a number, or a length: `id_out_of_range`, `metadata_out_of_range` |
  /// | `FIELD_mismatch` | a field that contradicts another one, or what the record should be |
  /// | `unsupported_FIELD` | a value or a field that is not known |
  /// | `bad_FIELD` | anything else in a field: `bad_id`, `bad_text` |
  ///
  /// A field with a name of other characters than `a`…`z`, `0`…`9` and `_`, or with more than 32, is called `field`.
  public var rejectionReason: String {
    switch problem {
    case .malformed("not UTF-8"): "bad_utf8"
    case .unsupported(found: "U+0000"): "nul_character"
    case .outOfRange where field == "record": "too_long"
    case .outOfRange where field == "JSON": "json_limit"
    case .duplicate where field == "JSON": "duplicate_key"
    case .duplicate: "duplicate_\(reasonField)"
    case .missing: "missing_\(reasonField)"
    case .outOfRange, .overflow: "\(reasonField)_out_of_range"
    case .mismatch, .checksumMismatch: "\(reasonField)_mismatch"
    case .unsupported, .unsupportedVersion: "unsupported_\(reasonField)"
    case .truncated, .wrongMagic, .malformed: "bad_\(reasonField)"
    }
  }

  private var reasonField: String {
    if field == "JSON" { return "json" }
    let isName = field.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "_")
    }
    return isName && (1...32).contains(field.utf8.count) ? field : "field"
  }
}
