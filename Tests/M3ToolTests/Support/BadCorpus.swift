import M3JSON

/// A folder of documents in every kind of file, with or without every kind of bad record among them.
struct BadCorpus {
  /// A record that belongs into the quarantine.
  struct Entry: Equatable {
    var file: String
    var line: Int64
    var byteOffset: Int64
    var kind: String
    var raw: [UInt8]
  }

  /// Contents by name, before they are compressed.
  private(set) var files: [String: [UInt8]] = [:]
  /// In the order of the files' names, and of the lines.
  private(set) var entries: [Entry] = []
  private(set) var goodCount = 0
  /// Documents whose text holds nothing: rejected, and no bad records.
  private(set) var emptyCount = 0
  private let isBad: Bool

  /// With this size of a task the plain files are cut, and there are tasks of bad records alone.
  static let division = ["--set", "task_bytes=6000"]

  /// - Parameter isBad: whether the bad records are among the good ones, which are the same either way.
  init(isBad: Bool) {
    self.isBad = isBad
    let records = BadRecordTests.records.filter { $0.kind != "duplicate_id" }
    let short = records.filter { $0.bytes.count < 1 << 16 }
    // In the order of the names.
    add("a.jsonl", "\u{FEFF}", records, lineEnd: "\r\n")
    add("b.jsonl.gz", "", short, lineEnd: "\n")
    add("c.jsonl.zst", "", records, lineEnd: "\n")
    addText("deep/bad.txt", Array("Water\nand ".utf8) + [0xFF], "bad_utf8")
    add("deep/d.ndjson.lz4", "\u{FEFF}", records, lineEnd: "\r\n")
    addText("deep/deeper/e.txt", Array("A document that is a file.\r\n".utf8), nil)
    addText("deep/nul.txt", Array("Water\0\n".utf8), "nul_character")
    files["f.jsonl"] = []
    files["g.jsonl"] = Array("\r\n\n\n".utf8)
    addBadOnly("h.jsonl", short + short)
  }

  var documentCount: Int { goodCount + emptyCount + entries.count }

  /// How many records are rejected, by the reason.
  var rejections: [String: Int64] {
    var counts: [String: Int64] = ["no_text": Int64(emptyCount)]
    for entry in entries { counts[entry.kind, default: 0] += 1 }
    return counts
  }

  func write(to workspace: Workspace, _ folder: String) throws {
    for (name, bytes) in files { try workspace.writeStream(bytes, "\(folder)/\(name)") }
  }

  /// A good document, its id again, and then bad ones and good ones in turn; the last line has no end.
  private mutating func add(_ name: String, _ mark: String, _ records: [BadRecordTests.Record], lineEnd: String) {
    var file = LinesFile(name: name, lineEnd: lineEnd, bytes: Array(mark.utf8))
    func good(_ index: Int) -> [UInt8] {
      Array(#"{"id":"\#(name) \#(index)","text":"\#(Self.text(index))","n":\#(index)}"#.utf8)
    }
    func bad(_ bytes: [UInt8], _ kind: String) {
      if isBad { entries.append(file.append(bytes, kind)) }
    }
    file.append(good(0))
    bad(good(0), "duplicate_id")
    for (index, record) in records.enumerated() {
      bad(record.bytes, record.kind)
      if index % 4 == 0 { file.append([]) }
      file.append(good(index + 1))
    }
    file.append(Array(#"{"id":"\#(name) none","text":" \t "}"#.utf8))
    file.append(good(records.count + 1))
    goodCount += records.count + 2
    emptyCount += 1
    files[name] = file.bytes.dropLast(lineEnd.utf8.count)
  }

  private mutating func addBadOnly(_ name: String, _ records: [BadRecordTests.Record]) {
    guard isBad else { return }
    var file = LinesFile(name: name, lineEnd: "\n", bytes: [])
    for record in records { entries.append(file.append(record.bytes, record.kind)) }
    files[name] = file.bytes
  }

  private mutating func addText(_ name: String, _ bytes: [UInt8], _ kind: String?) {
    if let kind {
      guard isBad else { return }
      entries.append(Entry(file: name, line: 1, byteOffset: 0, kind: kind, raw: bytes))
    } else {
      goodCount += 1
    }
    files[name] = bytes
  }

  /// A text without characters that JSON escapes.
  private static func text(_ index: Int) -> String { Corpus.texts[index % (Corpus.texts.count - 1)] }

  /// A file as its lines are added.
  private struct LinesFile {
    let name: String
    let lineEnd: String
    var bytes: [UInt8]
    var line: Int64 = 0

    init(name: String, lineEnd: String, bytes: [UInt8]) {
      (self.name, self.lineEnd, self.bytes) = (name, lineEnd, bytes)
    }

    @discardableResult
    mutating func append(_ content: [UInt8], _ kind: String = "") -> Entry {
      line += 1
      defer { bytes += content + Array(lineEnd.utf8) }
      return Entry(file: name, line: line, byteOffset: Int64(bytes.count), kind: kind, raw: content)
    }
  }
}

extension BadCorpus.Entry {
  /// What a line of a quarantine says.
  init?(_ object: JSONObject) throws {
    guard let file = object["file"]?.stringValue, let line = object["line"]?.integerValue,
      let offset = object["byte_offset"]?.integerValue, let kind = object["kind"]?.stringValue
    else { return nil }
    self.init(file: file, line: line, byteOffset: offset, kind: kind, raw: try rawBytes(object))
  }
}
