import M3Bytes
import M3Filter
import M3JSON
import Testing

@Suite struct LabelledTextTests {
  private static func read(_ text: String) throws -> LabelledText {
    try LabelledText(json: JSONFields(JSONValue.parse(Array(text.utf8)), path: "line"))
  }

  @Test func aLineIsRead() throws {
    #expect(
      try Self.read(#"{"id":"a","text":"b","label":1,"kind":"list","document_id":"c"}"#)
        == LabelledText(id: "a", text: "b", label: 1, documentID: "c"))
    #expect(try Self.read(#"{"id":"a","text":"b","label":0.5}"#) == LabelledText(id: "a", text: "b", label: 0.5))
  }

  @Test func whatIsMissingIsNamed() {
    for (line, field) in [
      (#"{"text":"b","label":1}"#, "line.id"), (#"{"id":"a","label":1}"#, "line.text"),
      (#"{"id":"a","text":"b"}"#, "line.label"), (#"{"id":"a","text":"b","label":"1"}"#, "line.label"),
      (#"{"id":"a","text":"b","label":1,"document_id":3}"#, "line.document_id"),
    ] {
      #expect {
        try Self.read(line)
      } throws: { error in
        (error as? FormatError)?.field == field
      }
    }
  }
}
