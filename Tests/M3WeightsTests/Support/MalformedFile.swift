import M3Bytes
import Testing

/// One thing wrong with a file, and what must be said of it.
struct MalformedFile: CustomTestStringConvertible, Sendable {
  typealias Places = [String: UInt64]

  var name: String
  var problem: @Sendable (Places) -> FormatError.Problem
  var field: String
  /// The part of the file in which the error lies, and how many bytes behind its beginning.
  var place: String
  var distance: UInt64
  var damage: @Sendable (inout GGUFImage) -> Void

  var testDescription: String { name }

  init(
    _ name: String, _ problem: FormatError.Problem, field: String, at place: String, plus distance: UInt64 = 0,
    _ damage: @escaping @Sendable (inout GGUFImage) -> Void
  ) {
    self.init(name, expecting: { _ in problem }, field: field, at: place, plus: distance, damage)
  }

  /// For problems whose numbers depend on where things are in the file.
  init(
    _ name: String, expecting problem: @escaping @Sendable (Places) -> FormatError.Problem, field: String,
    at place: String, plus distance: UInt64 = 0, _ damage: @escaping @Sendable (inout GGUFImage) -> Void
  ) {
    self.name = name
    self.problem = problem
    self.field = field
    self.place = place
    self.distance = distance
    self.damage = damage
  }

  /// The bytes from `distance` behind a part's beginning to the end of the file do not suffice.
  static func truncated(
    _ needed: UInt64, behind place: String, plus distance: UInt64 = 0
  ) -> @Sendable (Places) -> FormatError.Problem {
    { .truncated(needed: needed, available: $0["end"]! - $0[place]! - distance) }
  }
}
