import M3Bytes
import M3JSON

/// One question to a memory: how well does the model foresee `target` behind `context`, given a reference?
public struct EvaluationItem: Sendable, Equatable {
  public var id: String
  /// The reference that the target is about.
  public var referenceID: String
  /// Items are averaged by task first.
  public var task: String
  public var context: String
  public var target: String
  /// What stands between reference and context where the reference is read as text. The default is one line break.
  public var separator: String

  public init(id: String, referenceID: String, task: String, context: String, target: String, separator: String = "\n")
  {
    self.id = id
    self.referenceID = referenceID
    self.task = task
    self.context = context
    self.target = target
    self.separator = separator
  }

  /// Files larger than this are refused: items are held in memory.
  private static let maximumFileSize = 1 << 30

  /// Reads items, a JSON object a line: `id`, `reference_id`, `task`, `context`, `target`, optional `separator`.
  /// - Throws: ``FileError``; ``FormatError`` with the line and the offset in the file.
  public static func read(path: String) throws -> [EvaluationItem] {
    let bytes = try ReadableFile.contents(of: path, limit: maximumFileSize)
    var items: [EvaluationItem] = []
    // By their bytes: two strings of other bytes can be equal.
    var seen: Set<[UInt8]> = []
    for (number, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty || line.elementsEqual([UInt8(ascii: "\r")]) { continue }
      do throws(FormatError) {
        let item = try EvaluationItem(json: JSONValue.parse(Array(line)))
        guard seen.insert(Array(item.id.utf8)).inserted else {
          throw FormatError(.duplicate("item \(item.id)"), field: "id")
        }
        items.append(item)
      } catch {
        var error = error.offset(by: UInt64(line.startIndex)).inFile(path)
        error.line = number + 1
        throw error
      }
    }
    guard !items.isEmpty else { throw FormatError(.missing("evaluation items"), field: "items", file: path) }
    return items
  }

  private init(json: JSONValue) throws(FormatError) {
    guard case .object(let object) = json else { throw FormatError(.malformed("not an object"), field: "item") }
    func string(_ key: String) throws(FormatError) -> String {
      guard case .string(let value)? = object[key] else { throw FormatError(.missing("a string"), field: key) }
      return value
    }
    let id = try string("id")
    let target = try string("target")
    let context = try string("context")
    guard !target.isEmpty else { throw FormatError(.malformed("empty"), field: "target") }
    guard !context.isEmpty else { throw FormatError(.malformed("empty"), field: "context") }
    self.init(
      id: id, referenceID: try string("reference_id"), task: try string("task"), context: context, target: target,
      separator: object["separator"] == nil ? "\n" : try string("separator"))
  }
}
