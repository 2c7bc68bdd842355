/// Bad bytes in a file: what was wrong, in which field, and where.
///
/// Parsers throw it with the byte offset; the layer that knows the file's name and
/// the record adds them with ``inFile(_:)`` and ``inRecord(_:)``.
public struct FormatError: Error, Sendable, Equatable {
  /// The kinds of damage and of refusal; a closed list, so that callers can tell them apart.
  public enum Problem: Sendable, Equatable {
    /// Fewer bytes are left than the field needs.
    case truncated(needed: UInt64, available: UInt64)
    /// A magic number is not the format's.
    case wrongMagic(found: String)
    /// A version that this program does not read.
    case unsupportedVersion(found: String, supported: String)
    /// A feature, type or name that this program does not know.
    case unsupported(found: String)
    /// A value outside of what the format allows.
    case outOfRange(found: String, allowed: String)
    /// Two numbers whose product or sum does not fit.
    case overflow
    /// A checksum that does not match the bytes it covers.
    case checksumMismatch(expected: String, found: String)
    /// Two fields that must agree and do not.
    case mismatch(expected: String, found: String)
    /// A key, name or identifier that stands twice.
    case duplicate(String)
    /// Something that the format requires is not there.
    case missing(String)
    /// Anything else that breaks the grammar.
    case malformed(String)
  }

  public var problem: Problem
  /// The field of the format in which the problem was found.
  public var field: String
  /// Offset in bytes from the start of the file (of the decompressed stream, where one is read).
  public var byteOffset: UInt64?
  /// Line number from 1, in line-oriented files.
  public var line: Int?
  public var file: String?
  public var record: String?

  public init(
    _ problem: Problem, field: String, at byteOffset: UInt64? = nil, line: Int? = nil,
    file: String? = nil, record: String? = nil
  ) {
    self.problem = problem
    self.field = field
    self.byteOffset = byteOffset
    self.line = line
    self.file = file
    self.record = record
  }

  /// The same error with the file's name, unless it has one.
  public func inFile(_ name: String) -> FormatError {
    var error = self
    if error.file == nil { error.file = name }
    return error
  }

  /// The same error with the record's name, unless it has one.
  public func inRecord(_ name: String) -> FormatError {
    var error = self
    if error.record == nil { error.record = name }
    return error
  }

  /// The same error moved by `base` bytes: for a part that was parsed on its own.
  public func offset(by base: UInt64) -> FormatError {
    var error = self
    error.byteOffset = (error.byteOffset ?? 0) &+ base
    return error
  }
}

extension FormatError: CustomStringConvertible {
  public var description: String {
    var place: [String] = []
    if let file { place.append(file) }
    if let line { place.append("line \(line)") }
    if let record { place.append("record \(record)") }
    if let byteOffset { place.append("byte \(byteOffset)") }
    let head = place.isEmpty ? "" : place.joined(separator: ", ") + ": "
    return "\(head)\(field): \(problem)"
  }
}

extension FormatError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let needed, let available): "truncated: \(needed) bytes needed, \(available) left"
    case .wrongMagic(let found): "wrong magic \(found)"
    case .unsupportedVersion(let found, let supported): "unsupported version \(found) (this program reads \(supported))"
    case .unsupported(let found): "unsupported: \(found)"
    case .outOfRange(let found, let allowed): "\(found) is out of range (allowed: \(allowed))"
    case .overflow: "the sizes overflow"
    case .checksumMismatch(let expected, let found): "checksum mismatch: expected \(expected), found \(found)"
    case .mismatch(let expected, let found): "expected \(expected), found \(found)"
    case .duplicate(let what): "duplicate \(what)"
    case .missing(let what): "missing \(what)"
    case .malformed(let why): why
    }
  }
}
