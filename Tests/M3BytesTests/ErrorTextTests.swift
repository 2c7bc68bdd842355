import Glibc
import M3Bytes
import Testing

/// What a user reads.
@Suite struct ErrorTextTests {
  @Test(
    arguments: [
      (.truncated(needed: 8, available: 3), "truncated: 8 bytes needed, 3 left"),
      (.wrongMagic(found: "00ff"), "wrong magic 00ff"),
      (.unsupportedVersion(found: "3", supported: "1 and 2"), "unsupported version 3 (this program reads 1 and 2)"),
      (.unsupported(found: "codec x"), "unsupported: codec x"),
      (.outOfRange(found: "9", allowed: "0 to 8"), "9 is out of range (allowed: 0 to 8)"),
      (.overflow, "the sizes overflow"),
      (.checksumMismatch(expected: "aa", found: "bb"), "checksum mismatch: expected aa, found bb"),
      (.mismatch(expected: "3 tokens", found: "4"), "expected 3 tokens, found 4"),
      (.duplicate("id a"), "duplicate id a"), (.missing("a string"), "missing a string"),
      (.malformed("not UTF-8"), "not UTF-8"),
    ] as [(FormatError.Problem, String)])
  func problems(problem: FormatError.Problem, text: String) {
    #expect("\(FormatError(problem, field: "field"))" == "field: \(text)")
  }

  @Test func places() {
    var error = FormatError(.overflow, field: "sizes", at: 12)
    #expect("\(error)" == "byte 12: sizes: the sizes overflow")
    error = error.inRecord("a#0").inFile("part.lz4")
    error.line = 7
    #expect("\(error)" == "part.lz4, line 7, record a#0, byte 12: sizes: the sizes overflow")
  }

  @Test func theFirstNameStays() {
    let error = FormatError(.overflow, field: "f").inFile("inner").inFile("outer").inRecord("1").inRecord("2")
    #expect(error.file == "inner")
    #expect(error.record == "1")
  }

  @Test(arguments: [(nil, 100, 100), (5, 100, 105), (0, 0, 0), (UInt64.max, 2, 1)] as [(UInt64?, UInt64, UInt64)])
  func offsetsOfParts(offset: UInt64?, base: UInt64, expected: UInt64) {
    #expect(FormatError(.overflow, field: "f", at: offset).offset(by: base).byteOffset == expected)
  }

  @Test func systemCalls() {
    #expect("\(FileError(.open, path: "/a", errorNumber: ENOENT))" == "/a: cannot open: No such file or directory")
    #expect(
      "\(FileError(.makeDirectory, path: "/a", errorNumber: EACCES))" == "/a: cannot make directory: Permission denied")
    #expect("\(FileError(.lock, path: "/a", errorNumber: EWOULDBLOCK))" == "/a: another process is writing here")
    errno = ENOSPC
    #expect(FileError(.write, path: "/a").errorNumber == ENOSPC)
  }

  @Test(
    arguments: [
      (.open, ENOENT, true, false), (.open, ENOTDIR, true, false), (.open, EACCES, false, false),
      (.lock, EWOULDBLOCK, false, true), (.open, EMFILE, false, true), (.open, ENFILE, false, true),
      (.read, ESTALE, false, true), (.write, ENOSPC, false, false), (.sync, EIO, false, false),
    ] as [(FileError.Operation, Int32, Bool, Bool)])
  func kinds(operation: FileError.Operation, number: Int32, isMissing: Bool, isTransient: Bool) {
    let error = FileError(operation, path: "/a", errorNumber: number)
    #expect(error.isMissing == isMissing)
    #expect(error.isTransient == isTransient)
  }
}
