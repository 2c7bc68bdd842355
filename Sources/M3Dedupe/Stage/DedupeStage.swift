import M3Bytes
import M3JSON
public import M3Stage

/// Finds near-duplicates by MinHash and passes the rest on, in four steps that can each be divided, killed and
/// repeated.
public struct DedupeStage {
  /// Grows when the same settings and texts begin to give other bytes.
  public static let version = 2

  public let configuration: DedupeStageConfiguration
  public let input: DedupeInput
  /// Where the kept texts go; the other steps have folders in it.
  public let output: String
  public let workers: Int

  /// - Parameter workers: threads, at least 1.
  public init(_ configuration: DedupeStageConfiguration, input: DedupeInput, output: String, workers: Int) {
    (self.configuration, self.input, self.output, self.workers) = (configuration, input, output, workers)
  }

  public func folder(_ step: DedupeStep) -> StageFolder {
    StageFolder(step.folderName.map { FilePaths.join(output, $0) } ?? output)
  }

  /// A step's work under the contract of stages.
  public func work(_ step: DedupeStep) -> StageWork {
    switch step {
    case .signatures: signatureWork
    case .buckets: bucketWork
    case .cluster: clusterWork
    case .drop: dropWork
    }
  }

  /// A step's last step.
  public func closing(_ step: DedupeStep) -> StageRunner.Closing {
    step == .drop ? dropClosing : .none
  }

  /// Carries out a task of a step.
  /// - Parameter advance: told of the texts done.
  /// - Throws: ``FormatError`` for a bad record under ``BadInputPolicy/fail``, and where a file is damaged;
  ///   ``FileError``.
  public func run(_ step: DedupeStep, _ task: StageTask, advance: (Int) -> Void) throws -> StageResult {
    switch step {
    case .signatures: try runSignatures(task, advance)
    case .buckets: try runBuckets(task)
    case .cluster: try runCluster(task, advance)
    case .drop: try runDrop(task, advance)
    }
  }

  func definition(_ step: DedupeStep) -> StageDefinition {
    StageDefinition(
      name: step.stageName(configuration.level), version: Self.version, settings: configuration.json(step))
  }

  /// What a step left for a later one.
  /// - Throws: ``StageError`` `upstreamMissing` where it is not done, `upstreamStale` where it was done with other
  ///   settings.
  func finished(_ step: DedupeStep) throws -> Upstream {
    let folder = folder(step)
    let upstream = try Upstream(folder: folder.path)
    let wanted = definition(step)
    guard upstream.definition == wanted else {
      let found = upstream.definition.settings
      let keys = Set((found.members + wanted.settings.members).map(\.key)).sorted()
      let changed = keys.filter { found[$0] != wanted.settings[$0] }
      let what = changed.isEmpty ? "version or level" : changed.joined(separator: ", ")
      throw StageError.upstreamStale(folder: folder.path, what: "it was made with another \(what)")
    }
    return upstream
  }

  /// Outputs of a kind, of each task in turn.
  func outputs(_ kind: DedupeFileKind, of upstream: Upstream) -> [[StageSource]] {
    upstream.tasks.map { $0.filter { kind.isName($0.name) } }
  }

  static func output(_ name: String, _ file: (digest: SHA256Digest, byteCount: UInt64)) -> StageOutput {
    StageOutput(name: name, byteCount: file.byteCount, digest: file.digest)
  }
}
