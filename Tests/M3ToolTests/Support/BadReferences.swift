import M3JSON
import Testing

/// Lines of references, good ones and ones that m3-encode refuses.
enum BadReferences {
  /// A line that is refused, made of a good one.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What reports count it under.
    let kind: String
    /// What the reason says.
    let reason: String
    let line: @Sendable (String) -> [UInt8]

    init(_ name: String, _ kind: String, _ reason: String, _ line: @escaping @Sendable (String) -> [UInt8]) {
      (testDescription, self.kind, self.reason, self.line) = (name, kind, reason, line)
    }

    /// - Parameter old: a text of the line, which `new` takes the place of.
    init(_ name: String, _ kind: String, _ reason: String, replacing old: String, with new: String) {
      self.init(name, kind, reason) { line in
        let parts = line.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
        precondition(parts.count == 2, "\(old) is not in \(line)")
        return Array("\(parts[0])\(new)\(parts[1])".utf8)
      }
    }
  }

  static let refusals = [
    Refusal("an object that does not end", "bad_json", "JSON") { Array($0.utf8.dropLast()) },
    Refusal("a bare word", "bad_json", "JSON") { _ in Array("reference".utf8) },
    Refusal("bytes that are not UTF-8", "bad_utf8", "UTF-8") { line in
      let text = Array("\"text\":\"".utf8)
      let bytes = Array(line.utf8)
      let place = bytes.firstRange(of: text)?.upperBound ?? 0
      return bytes[..<place] + [0xC3] + bytes[place...]
    },
    Refusal("an unknown field", "unsupported_reference", "the field x", replacing: "{\"id\"", with: "{\"x\":1,\"id\""),
    Refusal(
      "a key that stands twice", "duplicate_key", "key chunk", replacing: ",\"chunk\"", with: ",\"chunk\":0,\"chunk\""),
    Refusal("no metadata", "missing_metadata", "missing field", replacing: ",\"metadata\":{}", with: ""),
    Refusal(
      "a chunk that is no number", "bad_chunk", "integer", replacing: "\"chunk\":", with: "\"chunk\":null,\"was\":"),
    Refusal(
      "a start behind the end", "start_out_of_range", "at most the end", replacing: "\"start\":", with: "\"start\":9"),
    Refusal(
      "tokens of another tokenizer", "token_count_mismatch", "another tokenizer", replacing: "\"token_count\":",
      with: "\"token_count\":1"),
    Refusal(
      "an id that is not document and chunk", "id_mismatch", "expected", replacing: "\"chunk\":", with: "\"chunk\":1"),
    Refusal("an id that is too long", "id_out_of_range", "4097 bytes") { _ in
      let id = String(repeating: "i", count: 4_095)
      return Array(
        #"{"id":"\#(id)#0","text":"a","document_id":"\#(id)","chunk":0,"start":0,"end":1,"token_count":1,"metadata":{}}"#
          .utf8)
    },
    Refusal(
      "a text that is too long", "text_out_of_range", "bytes is out of range", replacing: "\"text\":\"",
      with: "\"text\":\"" + String(repeating: "word ", count: 14_000)),
    Refusal(
      "metadata that are too long", "metadata_out_of_range", "bytes is out of range", replacing: "\"metadata\":{}",
      with: "\"metadata\":{\"m\":\"" + String(repeating: "m", count: 1 << 20) + "\"}"),
    Refusal("an id that was there before", "duplicate_id", "duplicate reference first#0") { _ in Array(first.utf8) },
  ]

  /// Lines of good references, `ID#0` of each id, as m3-chunk writes them.
  private static func goodLines(_ ids: [String]) throws -> [String] {
    let workspace = Workspace()
    let documents: [JSONObject] = ids.enumerated().map { index, id in
      ["id": .string(id), "text": .string(String(Corpus.texts[index % (Corpus.texts.count - 1)].prefix(30)))]
    }
    try workspace.write(Corpus.text(documents), "documents.jsonl")
    expect(try workspace.chunk(["--max-tokens", "200"]), Exit.ok)
    let found = try lines(workspace, "references/part-00000.jsonl.zst").map { String(decoding: $0, as: UTF8.self) }
    try #require(found.count == ids.count)
    return found
  }

  private static let made = Result { try goodLines(["first", "victim"] + (0..<40).map { "good-\($0)" }) }
  /// Good references that nothing is made of.
  static var good: ArraySlice<String> { get throws { try made.get()[2...] } }
  /// A good reference, whose id must not come again behind it.
  static var first: String { (try? made.get()[0]) ?? "" }
  /// What bad ones are made of.
  static var victim: String { get throws { try made.get()[1] } }

  /// One of each kind, and no two of one id. The last is bad only behind ``first``.
  static var badLines: [(kind: String, line: [UInt8])] {
    get throws {
      try refusals.enumerated().map { index, refusal in
        (refusal.kind, refusal.line(try victim.replacing("victim", with: "victim-\(index)")))
      }
    }
  }
}
