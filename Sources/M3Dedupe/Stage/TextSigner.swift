import M3Bytes
import M3Records
import M3TextStage

/// Makes shingles and band keys; one a thread.
final class TextSigner {
  private let shingler: Shingler
  private let hasher: MinHasher
  private let signature: UnsafeMutableBufferPointer<UInt32>
  /// Of a part of a text.
  private let partSignature: UnsafeMutableBufferPointer<UInt32>
  private let keys: UnsafeMutableBufferPointer<UInt64>

  init(_ configuration: DedupeConfiguration) {
    shingler = Shingler(configuration)
    hasher = MinHasher(configuration)
    signature = .allocate(capacity: configuration.signatureLength)
    signature.initialize(repeating: 0)
    partSignature = .allocate(capacity: configuration.signatureLength)
    partSignature.initialize(repeating: 0)
    keys = .allocate(capacity: configuration.bandCount)
    keys.initialize(repeating: 0)
  }

  deinit {
    signature.deallocate()
    partSignature.deallocate()
    keys.deallocate()
  }

  func sign(_ batch: RecordBatch<TextRecord>) -> SignedTexts {
    var texts = SignedTexts()
    texts.records.reserveCapacity(2 * batch.byteCount)
    for (result, _) in batch.entries {
      switch result {
      case .record(let record): sign(record.id, record.text, into: &texts)
      case .bad(_, let error, let place): texts.errors.append(error.at(place))
      }
    }
    return texts
  }

  private func sign(_ id: String, _ text: String, into texts: inout SignedTexts) {
    var text = text
    text.withUTF8 { utf8 in
      let textHash = XXH3.hash64(UnsafeRawBufferPointer(utf8))
      texts.lengths.append(TextLength(UInt32(clamping: utf8.count)))
      let start = texts.records.count
      signature.update(repeating: .max)
      shingler.readShingles(
        of: utf8,
        count: { ShingledText.beginRecord(id: id, textHash: textHash, shingleCount: $0, to: &texts.records) },
        part: { shingles in
          ShingledText.append(shingles, to: &texts.records)
          hasher.signature(of: shingles, into: partSignature)
          for index in signature.indices { signature[index] = min(signature[index], partSignature[index]) }
        })
      texts.sizes.append(ShingledText.endRecord(from: start, to: &texts.records))
    }
    hasher.bandKeys(of: UnsafeBufferPointer(signature), into: keys)
    texts.keys.append(contentsOf: keys)
  }
}
