public import M3JSON

/// What encoding references of a bank again showed.
public struct ReencodingReport: Sendable {
  /// One thing that is not as the bank says.
  public struct Finding: Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable {
      /// The tokens or the memory of the BOS text are not the model's.
      case bos
      /// The codebook is another model's, or keeps nothing of these memories.
      case codebook
      /// A reference's text has another number of tokens than its memory, or more than fit.
      case tokens
      /// A memory keeps other tokens than the rule chooses.
      case selection
      /// A memory's vectors are not those of its reference.
      case vectors
      /// A head's vectors are not the model's, over all references together.
      case head
    }

    public let kind: Kind
    /// Of the record; nil where it is about the whole bank.
    public let id: String?
    /// The record number.
    public let record: UInt64?
    public let message: String

    init(_ kind: Kind, id: String? = nil, record: UInt64? = nil, _ message: String) {
      (self.kind, self.id, self.record, self.message) = (kind, id, record, message)
    }

    public var description: String {
      let place = id.map { "record \(record.map(String.init) ?? ""), \($0): " } ?? ""
      return "\(place)\(kind.rawValue): \(message)"
    }

    var json: JSONValue {
      var object: JSONObject = ["kind": .string(kind.rawValue), "message": .string(message)]
      object["id"] = id.map { .string($0) }
      object["record"] = record.map { .integer(Int64(clamping: $0)) }
      return .object(object)
    }
  }

  /// References that were encoded again.
  public internal(set) var sampleCount = 0
  /// Memories that came out byte for byte.
  public internal(set) var identicalCount = 0
  /// The smallest share of kept tokens that a stored memory has in common with the fresh one.
  public internal(set) var sharedShare = 1.0
  /// What memories lose of the variance that the codec keeps: the most of a record, and of all together.
  public internal(set) var largestLoss = 0.0
  public internal(set) var loss = 0.0
  /// The most of a head's keys or values.
  public internal(set) var largestHeadLoss = 0.0
  /// The share of the variance that coding alone loses.
  public internal(set) var codingLoss = 0.0
  /// The relative error of the BOS memory's vectors.
  public internal(set) var bosError = 0.0
  public internal(set) var findings: [Finding] = []

  /// Records with a finding, each once.
  public var wrongCount: Int { Set(findings.compactMap(\.record)).count }

  /// For other programs; decimals to six places.
  public var json: JSONObject {
    func decimal(_ value: Double) -> JSONValue { .double((value * 1e6).rounded() / 1e6) }
    return [
      "bos_error": decimal(bosError), "coding_loss": decimal(codingLoss), "findings": .array(findings.map(\.json)),
      "identical": .integer(Int64(identicalCount)), "largest_head_loss": decimal(largestHeadLoss),
      "largest_loss": decimal(largestLoss), "loss": decimal(loss), "sample": .integer(Int64(sampleCount)),
      "shared_share": decimal(sharedShare), "wrong": .integer(Int64(wrongCount)),
    ]
  }
}
