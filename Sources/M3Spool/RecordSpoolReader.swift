package import M3Bytes
package import M3JSON
package import M3Memory
import M3Streams

/// Reads the records of a file that ``RecordSpoolWriter`` wrote, in order.
package final class RecordSpoolReader {
  package let path: String
  package let header: JSONObject
  package let bos: BOSMemory
  /// Records read so far.
  package private(set) var recordCount: UInt64 = 0
  private let source: any ByteSource
  private var offset: UInt64 = 0
  private var reachedEnd = false

  /// - Throws: ``FileError``; ``FormatError`` where the head is damaged, of another magic or another version.
  package init(path: String, magic: [UInt8]) throws {
    self.path = path
    source = try InputStreams.open(path)
    let head = try Self.take(20, "spool header", from: source, path: path, at: 0)
    guard head.starts(with: magic) else {
      throw FormatError(.wrongMagic(found: Hexadecimal.string(head[..<8])), field: "magic", at: 0, file: path)
    }
    func number(at offset: Int) -> UInt32 {
      head.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
    }
    guard number(at: 8) == SpoolFormat.version else {
      throw FormatError(
        .unsupportedVersion(found: "\(number(at: 8))", supported: "1"), field: "version", at: 8, file: path)
    }
    let (headerLength, bosLength) = (Int(number(at: 12)), Int(number(at: 16)))
    guard headerLength <= SpoolFormat.maximumHeaderLength, bosLength <= BOSMemory.maximumFileSize else {
      throw FormatError(
        .outOfRange(found: "\(headerLength) and \(bosLength)", allowed: "1 MiB and 256 MiB"), field: "header lengths",
        at: 12, file: path)
    }
    let json = try Self.take(headerLength, "producer", from: source, path: path, at: 20)
    let bosOffset = UInt64(20 + headerLength)
    let bosBytes = try Self.take(bosLength, "BOS memory", from: source, path: path, at: bosOffset)
    do throws(FormatError) {
      guard case .object(let object) = try JSONValue.parse(json) else {
        throw FormatError(.malformed("not an object"), field: "producer")
      }
      header = object
    } catch {
      throw error.offset(by: 20).inFile(path)
    }
    do throws(FormatError) {
      bos = try BOSMemory(bytes: bosBytes)
    } catch {
      throw error.offset(by: bosOffset).inFile(path)
    }
    offset = bosOffset + UInt64(bosLength)
  }

  /// A producer in the header whose BOS memory the file has.
  /// - Throws: ``FormatError``.
  package func producer(_ json: JSONObject) throws(FormatError) -> Producer {
    do throws(FormatError) {
      let producer = try Producer(json: json)
      try bos.requireFit(producer)
      return producer
    } catch {
      throw error.offset(by: 20).inFile(path)
    }
  }

  /// The next record's body, its sum checked, or nil at the end.
  /// - Parameter parse: what the body means.
  /// - Throws: ``FormatError`` with the offset in the decompressed stream.
  package func next<Record>(_ parse: (inout ByteReader) throws(FormatError) -> Record) throws -> Record? {
    guard let (body, start) = try nextBody() else { return nil }
    do throws(FormatError) {
      return try ByteReader.read(body, parse)
    } catch {
      throw error.offset(by: start).inFile(path).inRecord("\(recordCount - 1)")
    }
  }

  private func nextBody() throws -> (body: [UInt8], start: UInt64)? {
    if reachedEnd { return nil }
    let start = offset
    var head = try take(12, "record header")
    let (length, sum) = head.withUnsafeBytes {
      (
        UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)),
        UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 4, as: UInt64.self))
      )
    }
    if length == SpoolFormat.endMark {
      guard sum == recordCount else {
        throw error(.mismatch(expected: "\(sum) records", found: "\(recordCount)"), "record count", start + 4)
      }
      guard try head.withUnsafeMutableBytes({ try source.read(into: $0) }) == 0 else {
        throw error(.malformed("bytes behind the end"), "end", offset)
      }
      reachedEnd = true
      return nil
    }
    guard length <= SpoolFormat.maximumRecordLength else {
      throw error(
        .outOfRange(found: "\(length)", allowed: "\(SpoolFormat.maximumRecordLength)"), "record length", start)
    }
    let body = try take(Int(length), "record")
    let found = XXH3.hash64(body)
    guard found == sum else {
      throw error(
        .checksumMismatch(expected: Hexadecimal.string(sum), found: Hexadecimal.string(found)), "record", start + 4)
    }
    recordCount += 1
    return (body, start + 12)
  }
  private func take(_ count: Int, _ field: String) throws -> [UInt8] {
    do {
      let bytes = try Self.take(count, field, from: source, path: path, at: offset)
      offset += UInt64(count)
      return bytes
    } catch let error as FormatError {
      throw error.inRecord("\(recordCount)")
    }
  }

  /// Takes exactly `count` bytes, growing piece by piece, so that a lying length allocates no more than what is there.
  private static func take(
    _ count: Int, _ field: String, from source: any ByteSource, path: String, at offset: UInt64
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var piece = [UInt8](repeating: 0, count: min(count - bytes.count, 1 << 22))
      let got = try fill(&piece, from: source)
      guard got == piece.count else {
        throw FormatError(
          .truncated(needed: UInt64(count), available: UInt64(bytes.count + got)), field: field, at: offset, file: path)
      }
      if bytes.isEmpty { bytes = piece } else { bytes.append(contentsOf: piece) }
    }
    return bytes
  }

  private static func fill(_ bytes: inout [UInt8], from source: any ByteSource) throws -> Int {
    try bytes.withUnsafeMutableBytes { buffer in
      var done = 0
      while done < buffer.count {
        let got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
        if got == 0 { break }
        done += got
      }
      return done
    }
  }

  private func error(_ problem: FormatError.Problem, _ field: String, _ offset: UInt64) -> FormatError {
    FormatError(problem, field: field, at: offset, file: path, record: "\(recordCount)")
  }
}
