/// One record of a bank: a reference and its memory.
public struct BankRecord: Sendable, Equatable {
  /// The record number: shard number << 20 | position in the shard.
  public let number: UInt64
  /// Unique in the bank. Ids are told apart by their UTF-8 bytes.
  public let id: String
  /// A JSON object that says where the text comes from: `document_id`, `chunk`, `start`, `end`, `metadata`.
  public let source: [UInt8]
  /// The reference.
  public let text: String
  /// The memory, as the bank's codec writes it.
  public let payload: [UInt8]

  public init(number: UInt64, id: String, source: [UInt8], text: String, payload: [UInt8]) {
    self.number = number
    self.id = id
    self.source = source
    self.text = text
    self.payload = payload
  }

  /// By bytes: composed and decomposed letters differ.
  public static func == (left: BankRecord, right: BankRecord) -> Bool {
    left.number == right.number && left.id.utf8.elementsEqual(right.id.utf8) && left.source == right.source
      && left.text.utf8.elementsEqual(right.text.utf8) && left.payload == right.payload
  }
}
