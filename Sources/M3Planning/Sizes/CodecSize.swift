/// Bytes of memories in one form.
public struct CodecSize: Sendable, Equatable {
  public let name: String
  /// Keys and values of a reference alone, as the paper counts; nil for predicted codecs, which code them together.
  public let vectorByteCount: Int?
  /// A reference's record in a bank, token count, counts and places included, the text not; nil for a form that no bank has.
  public let payloadByteCount: Int?
  /// ``vectorByteCount`` of all references.
  public let bankVectorByteCount: Int?
  /// ``payloadByteCount`` of all references.
  public let bankPayloadByteCount: Int?

  /// - Throws: ``PlanError`` `tooLarge`.
  init(
    name: String, vectors: CheckedCount?, places: CheckedCount?, referenceCount: Int
  ) throws(PlanError) {
    func value(_ count: CheckedCount?) throws(PlanError) -> Int? { try count?.value(of: "bytes of \(name)") }
    let payload = places.map { (vectors ?? 0) + $0 }
    self.name = name
    vectorByteCount = try value(vectors)
    payloadByteCount = try value(payload)
    bankVectorByteCount = try value(vectors.map { $0 * CheckedCount(referenceCount) })
    bankPayloadByteCount = try value(payload.map { $0 * CheckedCount(referenceCount) })
  }
}
