import M3Bytes
import M3Records
import M3Stage

/// The files of one task of ``DedupeStep/signatures``, and its books.
final class SignatureOutput {
  private let folder: StageFolder
  private let setsName: String
  private let lengthsName: String
  private let sets: ShingleSetWriter
  private let lengths: RunFileWriter<TextLength>
  private let bands: BandSpool
  private let badInput: BadInputPolicy
  private var account = StageAccount()

  init(_ task: StageTask, folder: StageFolder, configuration: DedupeStageConfiguration, workers: Int) throws {
    self.folder = folder
    badInput = configuration.badInput
    setsName = DedupeFileKind.sets.name(task: task.index)
    lengthsName = DedupeFileKind.lengths.name(task: task.index)
    sets = try ShingleSetWriter(path: folder.file(setsName))
    lengths = try RunFileWriter(path: folder.file(lengthsName), kind: .lengths)
    bands = try BandSpool(
      task.index, folder: folder, bandCount: configuration.dedupe.bandCount, workers: workers)
  }

  /// - Throws: ``FormatError`` with the place of the first bad record under ``BadInputPolicy/fail``; ``FileError``.
  func write(_ texts: SignedTexts) throws {
    for error in texts.errors {
      guard badInput == .quarantine else { throw error }
      account.input += 1
      account.reject(error.rejectionReason)
    }
    try sets.append(texts.records, sizes: texts.sizes)
    for length in texts.lengths { try lengths.append(length) }
    try bands.append(texts.keys)
    account.input += texts.sizes.count
    account.kept += texts.sizes.count
  }

  func commit() throws -> StageResult {
    var outputs = [DedupeStage.output(setsName, try sets.commit())]
    outputs.append(DedupeStage.output(lengthsName, try lengths.commit()))
    outputs += try bands.commit()
    return StageResult(outputs: outputs, account: account)
  }
}
