import M3Bytes
import M3Filter
import M3Records
import Testing

@Suite struct LabelledTextTests {
  private static func read(_ metadata: String) throws -> LabelledText {
    try LabelledText(
      Document(
        id: "a", text: "b", metadata: Array(metadata.utf8),
        place: RecordPlace(file: "a.jsonl", line: 1, byteOffset: 0, byteCount: 1)))
  }

  @Test func aDocumentIsRead() throws {
    #expect(
      try Self.read(#"{"label":1,"kind":"list","document_id":"c"}"#)
        == LabelledText(id: "a", text: "b", label: 1, documentID: "c"))
    #expect(try Self.read(#"{"label":0.5}"#) == LabelledText(id: "a", text: "b", label: 0.5))
  }

  @Test func whatIsMissingIsNamed() {
    for (metadata, field) in [
      ("{}", "record.label"), (#"{"label":"1"}"#, "record.label"),
      (#"{"label":1,"document_id":3}"#, "record.document_id"),
    ] {
      #expect {
        try Self.read(metadata)
      } throws: { error in
        (error as? FormatError)?.field == field
      }
    }
  }
}
