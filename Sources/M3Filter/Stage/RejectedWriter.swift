import M3Bytes
import M3JSON
import M3Records
import M3Stage

/// Writes the records of a task that were refused, each with the reason: `rejected-N.jsonl.zst`.
///
/// ```
/// {"profile":"fineweb@datatrove","rule":"line_punct_ratio","setting":"line_punct_thr","value":0.05,"bound":"≥","threshold":0.12,"record":{…}}
/// ```
///
/// `record` is the record as it came, in the stage's way of writing it. A value that is not a number is null.
final class RejectedWriter {
  private let writer: RecordWriter
  /// - Throws: ``FileError``.
  init(_ task: StageTask, folder: String) throws {
    writer = try RecordWriter(path: FilePaths.join(folder, Self.fileName(taskNumber: task.number)))
  }

  static func fileName(taskNumber: String) -> String { "rejected-\(taskNumber).jsonl.zst" }

  static func isFile(_ name: String) -> Bool { name.hasPrefix("rejected-") }

  func write(_ record: TextRecord, _ rejection: Rejection) throws {
    var line = Array(#"{"profile":"#.utf8)
    JSONEscapes.append(rejection.profile, to: &line)
    line += Array(#","rule":"#.utf8)
    JSONEscapes.append(rejection.rule.reason, to: &line)
    line += Array(#","setting":"#.utf8)
    JSONEscapes.append(rejection.rule.setting, to: &line)
    line += Array(#","value":"#.utf8) + JSONValue.double(rejection.value).serialized(.canonical)
    line += Array(#","bound":"#.utf8)
    JSONEscapes.append(rejection.rule.bound.relation.rawValue, to: &line)
    line += Array(#","threshold":"#.utf8) + JSONValue.double(rejection.rule.bound.threshold).serialized(.canonical)
    line += Array(#","record":"#.utf8)
    record.appendLine(to: &line)
    // The record's line feed makes room for the end of the object.
    line.removeLast()
    line += Array("}\n".utf8)
    try writer.write(line: line)
  }

  /// - Returns: the SHA-256 of the file.
  func commit() throws -> SHA256Digest {
    try writer.commit().digest
  }
}
