public import M3Bank
public import M3Bytes
public import M3Codec
import M3JSON
public import M3Memory

/// An open bank: references and their memories, by id or by number, from any thread.
///
/// ```swift
/// let bank = try MemoryBank(path: "banks/vital-articles")
/// let record = try bank.record(id: "Water#0")
/// let memory = try bank.memory(record)
/// let ready = try bank.rotatedMemories(at: [3, 17, 4])
/// ```
/// ``memory(_:)`` gives vectors as the producer stores them, ``rotatedMemories(at:threads:)`` what attention reads.
/// Everything that is read is verified first; see ``BankVerifier`` for a check of the whole bank.
public final class MemoryBank: Sendable {
  public let directory: BankDirectory
  /// The model and the recipe that the memories belong to.
  public let producer: Producer
  public let codec: any MemoryCodec
  /// Key-values of the bank's BOS text, which every sequence that reads memories sees first.
  public let bos: BOSMemory
  /// Tokens of the longest reference: decides where a context begins.
  public let longestReference: Int
  /// Of keys that are stored unrotated; nil where they are rotated already.
  package let rotation: Rotation?
  let recordBuffers = RecordBuffersPool()
  /// Gives what a predicted codec reads besides payloads; nil where it is not known, or not needed.
  private let featureProvider: (any FeatureProvider)?
  let floatBuffers: FloatBufferPool

  /// Opens a bank and checks its manifest, its BOS memory and its codebook; shards are opened when they are read.
  /// - Parameters:
  ///   - path: of the bank's folder.
  ///   - recycledByteLimit: of the buffers of ``rotatedMemory(at:)`` that are used again when nobody holds them any more.
  ///     The default is 64 MiB, 80 memories of 720 KiB.
  /// - Throws: ``FormatError``; ``FileError``.
  public init(path: String, recycledByteLimit: Int = 1 << 26) throws {
    floatBuffers = FloatBufferPool(byteLimit: recycledByteLimit)
    featureProvider = nil
    directory = try BankDirectory(path: path)
    let manifest = directory.manifest
    let file = FilePaths.join(path, "manifest.json")
    do {
      producer = try Producer(json: manifest.producer)
      guard let longest = manifest.codec["longest_reference"]?.integerValue, (0...Int64(UInt16.max)).contains(longest)
      else {
        throw FormatError(.missing("a token count"), field: "codec.longest_reference")
      }
      longestReference = Int(longest)
    } catch let error as FormatError {
      throw error.inFile(file)
    }
    let directory = directory
    do {
      codec = try CodecRegistry.codec(description: manifest.codec, shape: producer.shape) {
        try directory.file(role: BankRole.codebook)
      }
    } catch let error as FormatError where error.file == nil {
      throw error.inFile(directory.filePath(role: BankRole.codebook) ?? file)
    }
    do {
      bos = try BOSMemory(bytes: directory.file(role: BankRole.bos))
      try bos.requireFit(producer)
    } catch let error as FormatError {
      throw error.inFile("bos.m3m")
    }
    // Last: a manifest that its files contradict could ask for the angles of a much larger model.
    rotation =
      producer.keySpace == .afterRotation
      ? nil : Rotation(producer, positionCount: producer.contextPosition(longestReference: longestReference))
  }

  /// The same bank, its memories read with a model's features.
  private init(_ bank: MemoryBank, features: any FeatureProvider) {
    directory = bank.directory
    producer = bank.producer
    codec = bank.codec
    bos = bank.bos
    longestReference = bank.longestReference
    rotation = bank.rotation
    floatBuffers = bank.floatBuffers
    featureProvider = features
  }

  /// What reading needs of the producer's model: nil for sparse codecs.
  public var wantedFeatures: FeatureKind? { codec.features }

  /// The bank with what a predicted codec reads besides its payloads.
  /// - Precondition: the features are of the kind that ``wantedFeatures`` names, and of the producer's model.
  public func reading(_ features: any FeatureProvider) -> MemoryBank {
    precondition(features.kind == wantedFeatures, "features that the codec does not read")
    return MemoryBank(self, features: features)
  }

  /// - Throws: ``FormatError`` where the codec asks for features and nobody gives them; what the provider throws.
  package func features(of text: String) throws -> TokenFeatures? {
    guard let kind = wantedFeatures else { return nil }
    guard let featureProvider else {
      throw FormatError(
        .missing("the model: codec \(codec.name) predicts from its first \(kind.hiddenLayers) layers"), field: "model",
        file: directory.path)
    }
    return try featureProvider.features(of: text)
  }

  /// Records in the bank.
  public var count: Int { directory.count }

  /// - Throws: ``FormatError`` where the record is damaged or there is none of that id; ``FileError``.
  public func record(id: String) throws -> BankRecord {
    guard let record = try directory.record(id: id) else {
      throw FormatError(.missing("a record of id \(id)"), field: "id", file: directory.path)
    }
    return record
  }

  /// The record at a place in the bank's order, 0 ..< ``count``.
  /// - Throws: ``FormatError`` where the record is damaged or there is none; ``FileError``.
  public func record(index: Int) throws -> BankRecord {
    let (shard, position) = try place(of: index)
    return try shard.record(at: position)
  }

  /// The shard of a record and its position there.
  package func place(of index: Int) throws -> (shard: ShardReader, position: Int) {
    var position = index
    for shard in directory.manifest.shards where position >= 0 {
      if position < shard.recordCount { return (try directory.shard(shard.number), position) }
      position -= shard.recordCount
    }
    throw FormatError(
      .outOfRange(found: "\(index)", allowed: "0 to \(count - 1)"), field: "index", file: directory.path)
  }

  /// Mean bytes of a memory as it is stored: counts and positions included, the text not.
  public var bytesPerReference: Double {
    count == 0 ? 0 : Double(directory.manifest.payloadByteCount) / Double(count)
  }

  /// Decodes the memory of a record, in the producer's key space.
  /// - Throws: ``FormatError`` naming the record.
  public func memory(_ record: BankRecord) throws -> SparseMemory {
    do {
      let memory = try codec.memory(record.payload, shape: producer.shape, features: features(of: record.text))
      try requireLength(memory.tokenCount)
      return memory
    } catch let error as FormatError {
      throw error.inRecord(record.id)
    }
  }

  /// Decodes as much of a payload as needs no model.
  /// - Throws: ``FormatError``.
  public func check(_ payload: [UInt8]) throws(FormatError) {
    try requireLength(codec.check(payload, shape: producer.shape))
  }

  /// The payload of a memory as this bank stores it.
  /// - Parameter text: the reference's.
  /// - Throws: as its codec's.
  public func payload(_ memory: SparseMemory, text: String) throws -> [UInt8] {
    try codec.payload(memory, features: features(of: text))
  }

  /// Refuses what is longer than the longest reference: a context begins behind that, and would share its positions.
  func requireLength(_ tokenCount: Int) throws(FormatError) {
    guard tokenCount <= longestReference else {
      throw FormatError(
        .outOfRange(found: "\(tokenCount) tokens", allowed: "\(longestReference)"), field: "token count")
    }
  }
}

/// Roles of the files that a bank holds beside its shards.
public enum BankRole {
  public static let bos = "bos_memory"
  public static let codebook = "codebook"
}
