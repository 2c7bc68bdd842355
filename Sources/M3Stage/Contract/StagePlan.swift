import M3Bytes
public import M3JSON

/// The tasks of a stage and their inputs, fixed before any of them runs: file `plan.json`.
///
/// The number of tasks is known from here and from nowhere else: a driver that runs some of them again may say that there
/// are fewer.
public struct StagePlan: Sendable, Equatable {
  public var definition: StageDefinition
  /// Inputs of each task.
  public var tasks: [[StageInput]]
  /// What was found out about all inputs together, once, for every task to use.
  public var facts: JSONObject

  public init(definition: StageDefinition, tasks: [[StageInput]], facts: JSONObject = [:]) {
    self.definition = definition
    self.tasks = tasks
    self.facts = facts
  }

  public static let fileName = "plan.json"

  /// What the fingerprint is of.
  private var members: JSONObject {
    var object = definition.members
    object["tasks"] = .array(tasks.map { .array($0.map(\.json)) })
    if !facts.members.isEmpty { object["facts"] = .object(facts) }
    return object
  }

  /// SHA-256 over the canonical plan: it stands in every marker, and in the file, so that damage is found. It takes time
  /// in the number of inputs.
  public var fingerprint: String {
    SHA256Digest.of(JSONValue.object(members).serialized(.canonical)).description
  }

  /// The file's content.
  public var json: JSONObject {
    var object = members
    object["fingerprint"] = .string(fingerprint)
    return object
  }

  public func task(_ index: Int) -> StageTask {
    StageTask(index: index, count: tasks.count, inputs: tasks[index])
  }

  /// Reads a plan; the paths of its inputs are empty.
  /// - Throws: ``FormatError`` where it is not one.
  init(json: JSONValue) throws(FormatError) {
    func malformed(_ what: String) -> FormatError { FormatError(.malformed(what), field: "plan") }
    guard let object = json.objectValue, let definition = StageDefinition(object),
      let tasks = object["tasks"]?.arrayValue, !tasks.isEmpty
    else { throw malformed("not a plan") }
    self.init(definition: definition, tasks: [], facts: object["facts"]?.objectValue ?? [:])
    for task in tasks {
      let inputs = task.arrayValue?.map { StageInput(json: $0) } ?? []
      guard !inputs.isEmpty, inputs.allSatisfy({ $0 != nil }) else { throw malformed("a task without inputs") }
      self.tasks.append(inputs.compactMap { $0 })
    }
    guard self.json == object else { throw malformed("damaged: not what its fingerprint is of") }
  }
}
