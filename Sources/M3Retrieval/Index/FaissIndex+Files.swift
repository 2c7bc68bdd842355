import CFaiss
import M3Bytes

extension FaissIndex {
  /// Writes the index to a file that appears whole or not at all, without a second copy in memory.
  /// - Throws: ``FileError``; ``FaissError``.
  func write(to path: String) throws -> (size: UInt64, sha256: SHA256Digest) {
    let transfer = Transfer(try AtomicFile(path: path))
    try transfer.run {
      try Self.run(.write) { error in
        m3_faiss_save(
          pointer,
          { context, bytes, size in
            Transfer<AtomicFile>.from(context).move(size) {
              try $0.write(UnsafeRawBufferPointer(start: bytes, count: size))
              return size
            }
          }, transfer.context, error)
      }
    }
    let digest = try transfer.file.commit()
    return (transfer.file.byteCount, digest)
  }

  /// Reads an index from a file, which must hold nothing else.
  ///
  /// faiss trusts what it reads: the caller has compared a hash before.
  /// - Throws: ``FormatError`` for bytes behind the index; ``FileError``; ``FaissError``.
  convenience init(reading file: ReadableFile) throws {
    let transfer = Transfer(file)
    let pointer = try transfer.run {
      try Self.made(.read) { pointer, error in
        m3_faiss_load(
          { context, bytes, size in
            let transfer = Transfer<ReadableFile>.from(context)
            let offset = transfer.byteCount
            return transfer.move(size) {
              try $0.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: size), at: offset)
            }
          }, transfer.context, pointer, error)
      }
    }
    self.init(pointer)
    guard transfer.byteCount == file.size else {
      throw FormatError(
        .malformed("\(file.size - transfer.byteCount) bytes too many"), field: "index", at: transfer.byteCount,
        file: file.path)
    }
  }
}

/// A file that faiss reads or writes by calling back; no error passes through its C++, so the first one waits here.
private final class Transfer<File> {
  let file: File
  private(set) var byteCount: UInt64 = 0
  private var failure: (any Error)?

  init(_ file: File) {
    self.file = file
  }

  var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
  }

  /// Moves up to `size` bytes; 0 behind an error.
  func move(_ size: Int, _ body: (File) throws -> Int) -> Int {
    guard failure == nil else { return 0 }
    do {
      let moved = try body(file)
      byteCount += UInt64(moved)
      return moved
    } catch {
      failure = error
      return 0
    }
  }

  /// Runs what calls back; the file's error goes before faiss's, which only says that bytes are missing.
  func run<Value>(_ body: () throws -> Value) throws -> Value {
    let result = Result { try body() }
    if let failure { throw failure }
    return try result.get()
  }
}
