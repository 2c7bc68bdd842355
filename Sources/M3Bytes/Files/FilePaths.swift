#if canImport(Glibc)
  import Glibc
#endif

/// What tells whether two paths lead to the same file or folder.
public struct FileIdentity: Sendable, Hashable {
  private let device: UInt64
  private let inode: UInt64

  package init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}

/// Paths, folders and what lies in them.
public enum FilePaths {
  /// What a path leads to, links followed.
  public enum Kind: Sendable { case file, directory, other }

  /// - Returns: nil where there is nothing: no such name, or a link that leads nowhere or to itself.
  public static func kind(_ path: String) throws(FileError) -> Kind? {
    var status = stat()
    guard retrying({ stat(path, &status) }) == 0 else {
      if errno == ENOENT || errno == ENOTDIR || errno == ELOOP { return nil }
      throw FileError(.status, path: path)
    }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .directory
    default: .other
    }
  }

  /// The file or folder to which a path leads, links followed.
  public static func identity(_ path: String) throws(FileError) -> FileIdentity {
    var status = stat()
    guard retrying({ stat(path, &status) }) == 0 else { throw FileError(.status, path: path) }
    return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  /// Size of a file in bytes.
  public static func size(_ path: String) throws(FileError) -> UInt64 {
    var status = stat()
    guard retrying({ stat(path, &status) }) == 0 else { throw FileError(.status, path: path) }
    return UInt64(clamping: status.st_size)
  }

  public static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty || folder == "." { return name }
    return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// A path without the slashes at its end; `/` stays.
  public static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// The folder (`.` where the path names none) and the last part.
  public static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }

  /// Names in a folder in the order of their bytes, `.` and `..` left out.
  public static func list(_ folder: String) throws(FileError) -> [String] {
    var opened = opendir(folder)
    while opened == nil && errno == EINTR { opened = opendir(folder) }
    guard let stream = opened else { throw FileError(.list, path: folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno == EINTR { continue }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw FileError(.list, path: folder) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Makes a folder and those above it durably; one that is there already is fine.
  public static func makeDirectory(_ path: String) throws(FileError) {
    let (above, _) = split(path)
    if try kind(path) == .directory {
      // A run that was killed may have made it and not synced its name. Who may not read the folder above did not make it.
      do { try syncDirectory(above) } catch { if error.errorNumber != EACCES { throw error } }
      return
    }
    if above != path && above != "." { try makeDirectory(above) }
    guard retrying({ mkdir(path, 0o755) }) == 0 || errno == EEXIST else { throw FileError(.makeDirectory, path: path) }
    guard try kind(path) == .directory else { throw FileError(.makeDirectory, path: path, errorNumber: ENOTDIR) }
    try syncDirectory(above)
  }

  /// Makes a folder that is the caller's own: a link in its place is refused, which would lead what is written elsewhere.
  public static func makeOwnDirectory(_ path: String) throws(FileError) {
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
      throw FileError(.makeDirectory, path: path, errorNumber: ELOOP)
    }
    try makeDirectory(path)
  }

  /// Removes a file; one that is not there is fine.
  public static func remove(_ path: String) throws(FileError) {
    guard retrying({ unlink(path) }) == 0 || errno == ENOENT else { throw FileError(.remove, path: path) }
  }

  /// Makes the names in a folder durable: a rename without it can be lost with the power.
  public static func syncDirectory(_ folder: String) throws(FileError) {
    let descriptor = retrying { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError(.sync, path: folder) }
    defer { close(descriptor) }
    // Some network file systems cannot sync a folder and say so with EINVAL.
    guard retrying({ fsync(descriptor) }) == 0 || errno == EINVAL else { throw FileError(.sync, path: folder) }
  }
}
