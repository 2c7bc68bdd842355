/// No profile has the name that was asked for.
public struct UnknownProfileError: Error, Equatable, CustomStringConvertible {
  public let name: String
  /// The known names that are spelled most like it, best first.
  public let nearest: [String]

  public init(name: String, nearest: [String]) {
    self.name = name
    self.nearest = nearest
  }

  public var description: String {
    "no filter profile is named \"\(name)\"; the nearest names are \(nearest.joined(separator: ", "))"
  }
}
