import Glibc
import M3Bytes

/// A copy of a bank that is damaged and made whole again.
final class ScratchBank {
  let path: String
  private let whole: [String: [UInt8]]
  /// Names that are not as in the whole bank.
  private var touched: Set<String> = []

  /// - Throws: ``FileError``: the folder must not be there.
  init(copying bank: String, to path: String) throws {
    self.path = path
    var whole: [String: [UInt8]] = [:]
    for name in try FilePaths.list(bank) {
      whole[name] = try ReadableFile.contents(of: FilePaths.join(bank, name), limit: 1 << 30)
    }
    self.whole = whole
    guard mkdir(path, 0o700) == 0 else { throw FileError(.open, path: path, errorNumber: errno) }
    for (name, bytes) in whole { try write(bytes, name) }
  }

  func apply(_ mutation: Mutation) throws {
    for (name, edits) in Dictionary(grouping: mutation.edits, by: \.file) {
      touched.insert(name)
      try write(Mutation.edited(whole[name] ?? [], edits), name)
    }
    for name in mutation.removed + mutation.folders + mutation.pipes + mutation.links.map(\.name) {
      touched.insert(name)
      unlink(file(name))
    }
    for name in mutation.folders { mkdir(file(name), 0o700) }
    for name in mutation.pipes { mkfifo(file(name), 0o600) }
    for link in mutation.links { symlink(link.target, file(link.name)) }
  }

  /// Makes the bank whole again.
  func restore() throws {
    for name in touched {
      if unlink(file(name)) != 0 { rmdir(file(name)) }
      if let bytes = whole[name] { try write(bytes, name) }
    }
    touched = []
  }

  func remove() {
    for name in whole.keys { unlink(file(name)) }
    rmdir(path)
  }

  private func file(_ name: String) -> String { FilePaths.join(path, name) }

  /// In place and unsynced: nothing of it is to last.
  private func write(_ bytes: [UInt8], _ name: String) throws {
    guard let stream = fopen(file(name), "w") else { throw FileError(.open, path: file(name), errorNumber: errno) }
    let written = fwrite(bytes, 1, bytes.count, stream)
    guard fclose(stream) == 0, written == bytes.count else {
      throw FileError(.write, path: file(name), errorNumber: errno)
    }
  }
}
