import M3Bytes
import M3Dedupe
import M3JSON
import Testing

struct ClusterLineTests {
  @Test func isReadBack() throws {
    let line = ClusterLine(
      kept: "a\"",
      dropped: [
        .init(id: "b", similarity: 0.8125, isExact: false), .init(id: "c", similarity: 1, isExact: true),
        .init(id: "d", similarity: nil, isExact: false),
      ])
    let bytes = line.json.serialized(.compact)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"kept":"a\"","dropped":[{"id":"b","similarity":0.8125},{"id":"c","similarity":1.0,"exact":true},{"id":"d"}]}"#
    )
    #expect(try ClusterLine(json: .parse(bytes)) == line)
  }

  @Test(arguments: ["[]", "{}", #"{"kept":1,"dropped":[]}"#, #"{"kept":"a","dropped":[{}]}"#])
  func refusesAnythingElse(text: String) throws {
    let value = try JSONValue.parse(Array(text.utf8))
    #expect(throws: FormatError.self) { try ClusterLine(json: value) }
  }
}
