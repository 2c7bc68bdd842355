public import M3Bytes
public import M3JSON

/// One independent piece of a stage's work: its inputs, and its place among the stage's tasks.
public struct StageTask: Sendable, Equatable {
  public var index: Int
  public var count: Int
  public var inputs: [StageInput]

  public init(index: Int, count: Int, inputs: [StageInput]) {
    self.index = index
    self.count = count
    self.inputs = inputs
  }

  /// `00000`: how outputs are numbered.
  public var number: String { Self.padded(index) }
  /// Name of the marker and of the lock: `3-of-8`.
  public var label: String { "\(index)-of-\(count)" }

  public static func padded(_ index: Int) -> String {
    let digits = String(index)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}

/// A file that a task wrote.
public struct StageOutput: Sendable, Equatable {
  /// Name within the stage's output folder.
  public var name: String
  public var byteCount: UInt64
  public var digest: SHA256Digest
  /// What the stage's last step wants to know of the file without reading it again.
  public var attributes: JSONObject

  public init(name: String, byteCount: UInt64, digest: SHA256Digest, attributes: JSONObject = [:]) {
    self.name = name
    self.byteCount = byteCount
    self.digest = digest
    self.attributes = attributes
  }
}

/// What a task gives back: its files, and its books.
public struct StageResult: Sendable, Equatable {
  public var outputs: [StageOutput]
  public var account: StageAccount

  public init(outputs: [StageOutput], account: StageAccount) {
    self.outputs = outputs
    self.account = account
  }
}
