import M3Bytes
import M3JSON
import M3Memory

/// The description at the head of a ``ProductCodebook``'s file.
struct ProductCodebookHeader {
  let name: String
  let scope: CodebookScope
  let producer: JSONObject
  let seed: UInt32
  let sampleSize: Int

  /// - Throws: ``FormatError``: damage, an unknown codec or scope, layers other than the memories'.
  init(_ reader: inout ByteReader, shape: MemoryShape, mostBytes: Int) throws(FormatError) {
    let lengthOffset = reader.byteOffset
    let length = try reader.integer(UInt32.self, "description length")
    guard length <= mostBytes else {
      throw FormatError(
        .outOfRange(found: "\(length)", allowed: "at most \(mostBytes)"), field: "description length", at: lengthOffset)
    }
    let offset = reader.byteOffset
    let bytes = Array(try reader.slice(Int(length), "description"))
    let fields: JSONFields
    do throws(FormatError) {
      fields = try JSONFields(JSONValue.parseCanonical(bytes), path: "description")
    } catch {
      throw error.offset(by: offset)
    }
    name = try fields.required("codec")
    guard ProductCodebook.names.contains(name) else {
      throw FormatError(.unsupported(found: "codec \(name)"), field: "description.codec", at: offset)
    }
    let scopeName: String = try fields.required("scope")
    guard let scope = CodebookScope(rawValue: scopeName) else {
      throw FormatError(.unsupported(found: "scope \(scopeName)"), field: "description.scope", at: offset)
    }
    self.scope = scope
    let layers: [Int] = try fields.required("layers")
    guard layers == shape.layers else {
      throw FormatError(
        .mismatch(expected: "layers \(shape.layers)", found: "\(layers)"), field: "description.layers", at: offset)
    }
    seed = try fields.required("seed")
    sampleSize = try fields.required("sample")
    producer = try fields.required("producer")
  }
}
