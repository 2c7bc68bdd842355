import M3Bank
import M3Bytes
import M3Command
import M3JSON
import M3Serving

/// What m3-verify found, for people and for other programs.
struct VerifyFindings {
  let bank: String
  let report: VerificationReport
  let expectedRoot: String?
  /// Nil where nothing was encoded again.
  var reencoding: ReencodingReport?

  private var isWrongRoot: Bool { expectedRoot.map { $0 != report.root?.description } ?? false }
  private var isFalse: Bool { reencoding.map { !$0.findings.isEmpty } ?? false }

  /// Nil where all is well.
  var status: ExitStatus? {
    switch report.outcome {
    case .damaged: .badData
    case .unreadable: .inputOutput
    case .intact: isWrongRoot || isFalse ? .badData : nil
    }
  }

  /// A line each, for stderr.
  var problems: [String] {
    report.damage.map(\.description) + report.fileErrors.map(\.description)
      + (isWrongRoot ? ["\(bank): the root is not \(expectedRoot!)"] : [])
      + (reencoding?.findings.map { "\(bank): \($0)" } ?? [])
  }

  var json: JSONValue {
    var object = report.json.objectValue ?? [:]
    if let expectedRoot {
      object["expected_root"] = .string(expectedRoot)
      object["root_matches"] = .bool(!isWrongRoot)
    }
    if let reencoding {
      object["reencoding"] = .object(reencoding.json)
      if isFalse { object["outcome"] = "wrong" }
    }
    return .object(object)
  }

  var text: String {
    let found: String =
      switch report.outcome {
      case .intact: isFalse ? "WRONG" : "intact"
      case .damaged: "DAMAGED: \(report.damage.count) findings"
      case .unreadable: "UNREADABLE: \(report.fileErrors.count) files"
      }
    var text = "\(bank): \(found) (\(report.level.rawValue)): \(report.fileCount) files, \(report.shardCount) shards, "
    text += "\(report.recordCount) records, \(report.byteCount) bytes\n"
    if let root = report.root { text += "root \(root)\n" }
    text += "\(assurance)\n"
    if let reencoding { text += Self.text(reencoding) }
    return text
  }

  /// Who is known to have made the bank.
  private var assurance: String {
    switch report.signatureStatus {
    case .valid where report.excludesMalice: return "signed by the key that you gave: accidents and malice are excluded"
    case .valid: return "signed by the key that you gave, as far as this level reads"
    case .refused: return "not signed by the key that you gave"
    case .none, .unchecked: break
    }
    let signer =
      report.bankSigner.map { "signed by key \($0), which was not checked (no --public-key)" } ?? "not signed"
    if expectedRoot != nil, !isWrongRoot {
      let index = report.hasIndex ? ", which says nothing of the index" : ""
      return "\(signer); the root is the one that you gave\(index)"
    }
    return signer + ": only accidents are excluded"
  }

  private static func text(_ report: ReencodingReport) -> String {
    func percent(_ share: Double) -> String { "\((100 * share).formatted(decimals: 2)) %" }
    return """
      \(report.sampleCount) references encoded again: \(report.identicalCount) byte for byte, \(report.wrongCount) wrong
      kept tokens in common: at least \(percent(report.sharedShare)); vectors lose \(percent(report.loss)) of what the \
      codec keeps, of a reference at most \(percent(report.largestLoss)), of a head \(percent(report.largestHeadLoss)); \
      coding alone loses \(percent(report.codingLoss))

      """
  }
}
