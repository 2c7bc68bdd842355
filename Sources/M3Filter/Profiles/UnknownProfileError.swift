/// No profile has the name that was asked for, or no text has a language that it names.
public struct UnknownProfileError: Error, Equatable, CustomStringConvertible {
  public let name: String
  /// The tag that is none of a language that can be identified; nil where it is the name that is unknown.
  public let language: String?
  /// The known names, or tags, that are spelled most like it, best first.
  public let nearest: [String]

  public init(name: String, language: String? = nil, nearest: [String]) {
    self.name = name
    self.language = language
    self.nearest = nearest
  }

  public var description: String {
    let nearest = nearest.joined(separator: ", ")
    guard let language else { return "no filter profile is named \"\(name)\"; the nearest names are \(nearest)" }
    return "\"\(name)\": CLD2 identifies no language \"\(language)\"; the nearest tags are \(nearest)"
  }
}
