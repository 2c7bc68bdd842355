import M3Bytes
import M3Streams
import Testing

struct InputStreamsTests {
  private let folder = TemporaryFolder()

  private func error(_ body: () throws -> Void) -> FormatError? {
    do { try body() } catch { return error as? FormatError }
    return nil
  }

  @Test func plainFiles() throws {
    for content in [[], Array("a\nb".utf8), [0, 255, 13, 10]] as [[UInt8]] {
      let path = try folder.file("plain.jsonl", content)
      for pieceSize in [1, 2, 1000] { #expect(try InputStreams.open(path).contents(pieceSize: pieceSize) == content) }
    }
  }

  @Test func rangesOfPlainFiles() throws {
    let content = Array("0123456789".utf8)
    let path = try folder.file("plain.jsonl", content)
    for start in 0...content.count {
      for end in start...content.count {
        for pieceSize in [1, 3, 1000] {
          let range = UInt64(start)..<UInt64(end)
          #expect(
            try InputStreams.open(path, range: range).contents(pieceSize: pieceSize) == Array(content[start..<end]))
        }
      }
    }
    #expect(try InputStreams.open(path, range: nil).contents() == content)
    #expect(
      error { _ = try InputStreams.open(path, range: 4..<12).contents() }
        == FormatError(
          .truncated(needed: 2, available: 0), field: "range of the file", at: 10, file: path))
    let source = try InputStreams.open(path, range: 0..<5)
    _ = try folder.file("plain.jsonl", content)
    guard case .mismatch = error({ _ = try source.contents() })?.problem else {
      Issue.record("the change was not found")
      return
    }
  }

  @Test(arguments: Sample.all)
  func aCompressedFileHasNoRanges(_ sample: Sample) throws {
    let path = try folder.file("x\(sample.ending)", sample.a)
    #expect(error { _ = try InputStreams.open(path, range: 0..<1) }?.field == "range of the file")
    #expect(try InputStreams.open(path, range: nil).contents() == Sample.textA)
  }

  @Test(arguments: Sample.all)
  func oneAndSeveralFrames(_ sample: Sample) throws {
    for (bytes, text) in [
      (sample.a, Sample.textA), (sample.a + sample.b, Sample.textA + Sample.textB),
      (sample.b + sample.a + sample.b, Sample.textB + Sample.textA + Sample.textB),
    ] {
      let path = try folder.file("x.jsonl\(sample.ending)", bytes)
      for pieceSize in [1, 3, 7, 1000] {
        #expect(try InputStreams.open(path).contents(pieceSize: pieceSize) == text)
      }
    }
  }

  @Test(arguments: Sample.all)
  func everyTruncationIsAnError(_ sample: Sample) throws {
    let bytes = sample.a + sample.b
    for count in 0..<bytes.count where count != sample.a.count {
      let path = try folder.file("x\(sample.ending)", Array(bytes[..<count]))
      let error = error { _ = try InputStreams.open(path).contents() }
      guard case .truncated = error?.problem else {
        Issue.record("cut to \(count) bytes: \(String(describing: error))")
        continue
      }
      #expect(error?.field == sample.field)
      #expect(error?.file == path)
      #expect(error?.byteOffset == UInt64(count))
    }
    let path = try folder.file("x\(sample.ending)", sample.a)
    #expect(try InputStreams.open(path).contents() == Sample.textA)
  }

  @Test(arguments: Sample.all)
  func bytesBehindTheLastFrameAreAnError(_ sample: Sample) throws {
    for garbage in [[0], [0, 0, 0, 0, 0, 0, 0, 0], Array("garbage".utf8), Array(repeating: 0xFF, count: 100)]
      as [[UInt8]]
    {
      let path = try folder.file("x\(sample.ending)", sample.a + garbage)
      let error = error { _ = try InputStreams.open(path).contents() }
      #expect(error?.field == sample.field)
      let offset = try #require(error?.byteOffset)
      #expect(Int(offset) >= sample.a.count && Int(offset) <= sample.a.count + garbage.count)
    }
  }

  /// gzip and LZ4 frames check their whole content, so a flipped bit is found or changes nothing that
  /// is read: gzip's header holds seven bytes of time, system and flags.
  @Test(arguments: Sample.all.filter { $0.ending != ".zst" })
  func everyFlippedBitIsFoundOrHarmless(_ sample: Sample) throws {
    var found = 0
    for bit in 0..<sample.a.count * 8 {
      var bytes = sample.a
      bytes[bit / 8] ^= 1 << (bit % 8)
      let path = try folder.file("x\(sample.ending)", bytes)
      if let content = try? InputStreams.open(path).contents() { #expect(content == Sample.textA) } else { found += 1 }
    }
    #expect(found >= (sample.a.count - 7) * 8)
  }

  @Test(arguments: Sample.all)
  func nameAndBytesMustAgree(_ sample: Sample) throws {
    let plain = try folder.file("x.jsonl", sample.a)
    guard case .mismatch = error({ _ = try InputStreams.open(plain) })?.problem else {
      Issue.record("a compressed file was read as plain")
      return
    }
    let compressed = try folder.file("x.jsonl\(sample.ending)", Array("{\"a\":1}\n".utf8))
    #expect(
      error { _ = try InputStreams.open(compressed) }
        == FormatError(.wrongMagic(found: "7b226122"), field: sample.field, at: 0, file: compressed))
    for other in Sample.all where other.ending != sample.ending {
      let path = try folder.file("x\(other.ending)", sample.a)
      guard case .wrongMagic = error({ _ = try InputStreams.open(path) })?.problem else {
        Issue.record("\(sample.ending) was read as \(other.ending)")
        continue
      }
    }
  }

  @Test(arguments: Sample.all.filter { $0.ending != ".gz" })
  func skippableFramesAreLeftOut(_ sample: Sample) throws {
    let skippable = Hexadecimal.bytes("5f2a4d1803000000aabbcc")!
    for bytes in [skippable + sample.a, sample.a + skippable, skippable + skippable + sample.a + skippable] {
      let path = try folder.file("x\(sample.ending)", bytes)
      #expect(try InputStreams.open(path).contents(pieceSize: 5) == Sample.textA)
    }
  }

  @Test func theLegacyFormatOfLZ4IsRefused() throws {
    let path = try folder.file("x.lz4", Sample.legacyLZ4)
    #expect(
      error { _ = try InputStreams.open(path) }
        == FormatError(.wrongMagic(found: "02214c18"), field: "lz4 stream", at: 0, file: path))
  }

  @Test func missingFilesAndFolders() {
    #expect(throws: FileError.self) { try InputStreams.open("\(folder.path)/absent.jsonl") }
    #expect(throws: FileError.self) { try InputStreams.open(folder.path) }
  }

  @Test func aFileThatChangesWhileItIsReadIsAnError() throws {
    for (name, content) in [("x.jsonl", Sample.textA), ("x.jsonl.gz", Sample.all[0].a)] {
      let path = try folder.file(name, content)
      let source = try InputStreams.open(path)
      var piece = [UInt8](repeating: 0, count: 4)
      _ = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
      _ = try folder.file(name, content + content)
      guard case .mismatch = error({ _ = try source.contents() })?.problem else {
        Issue.record("the change of \(name) was not found")
        continue
      }
    }
  }

  @Test func compressionByName() {
    #expect(Compression(name: "a.jsonl.gz") == .gzip)
    #expect(Compression(name: "a.zst") == .zstd)
    #expect(Compression(name: "a.b.lz4") == .lz4)
    #expect(Compression(name: "gz") == .none)
    #expect(Compression(name: "a.gz.jsonl") == .none)
  }
}
