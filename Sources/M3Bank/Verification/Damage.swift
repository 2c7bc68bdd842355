/// One thing that is wrong with a bank.
public struct Damage: Sendable, Equatable {
  /// Which promise of the formats is broken.
  public enum Kind: String, Sendable, CaseIterable {
    /// The manifest cannot be trusted: its grammar, its own sum, or a value that does not follow from the others.
    case manifest
    /// A file that the manifest lists is not there.
    case missingFile = "missing-file"
    /// Something in the folder that the manifest does not list.
    case unlistedFile = "unlisted-file"
    /// A file's size is not the manifest's.
    case fileSize = "file-size"
    /// A file's SHA-256 is not the manifest's.
    case fileHash = "file-hash"
    /// A shard's header, or a shard that is not the one that belongs here.
    case header
    /// A shard's footer: also a file that was cut or that grew.
    case footer
    /// A shard's index or the order of its key table.
    case index
    /// A record: its sum, its frame, its grammar.
    case record
    /// The codec, its codebook or the BOS memory cannot be read.
    case codec
    /// A record whose memory its codec cannot decode.
    case memory
    /// The key table does not lead to the record.
    case key
    /// Two records with one id.
    case duplicateID = "duplicate-id"
    /// The manifest of the retrieval index: its grammar or its own sum.
    case indexManifest = "index-manifest"
    /// A retrieval index of another bank, or of this one as it was before.
    case staleIndex = "stale-index"
    /// A signature that is damaged, of something else or by another key; with a key, also one that is missing.
    case signature
    /// A count, a total or a logical hash that the records do not give.
    case total
  }

  public var kind: Kind
  /// Name in the bank's folder.
  public var file: String
  public var shard: UInt32?
  /// The record number.
  public var record: UInt64?
  public var byteOffset: UInt64?
  public var message: String

  public init(
    kind: Kind, file: String, shard: UInt32? = nil, record: UInt64? = nil, byteOffset: UInt64? = nil, message: String
  ) {
    self.kind = kind
    self.file = file
    self.shard = shard
    self.record = record
    self.byteOffset = byteOffset
    self.message = message
  }
}
