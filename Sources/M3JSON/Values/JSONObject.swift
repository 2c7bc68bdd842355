/// The members of a JSON object: unique keys, in the order in which they were set or stood.
///
/// Keys are compared by their UTF-8 bytes. Looking a key up takes time in the number of members:
/// the objects of this program's own files are small.
public struct JSONObject: Sendable, ExpressibleByDictionaryLiteral {
  public private(set) var members: [(key: String, value: JSONValue)]

  public init() { members = [] }

  /// - Parameter members: keys must be unique.
  init(unique members: [(key: String, value: JSONValue)]) {
    self.members = members
  }

  init(literal elements: [(String, JSONValue)]) {
    self.init()
    for (key, value) in elements {
      precondition(index(of: key) == nil, "the key \(key) stands twice")
      members.append((key, value))
    }
  }

  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(literal: elements)
  }

  /// The value of a key, or nil where there is no such member.
  ///
  /// A new key goes to the end, a known one keeps its place, and nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get { index(of: key).map { members[$0].value } }
    set {
      switch (index(of: key), newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append((key, value))
      case (nil, nil): break
      }
    }
  }

  /// The members in the order of their keys' UTF-8 bytes.
  var sortedMembers: [(key: String, value: JSONValue)] {
    members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }

  private func index(of key: String) -> Int? {
    members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
  }
}

extension JSONObject: Equatable {
  /// Whether both have the same members, in any order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.members.count == right.members.count else { return false }
    return zip(left.sortedMembers, right.sortedMembers).allSatisfy {
      $0.key.utf8.elementsEqual($1.key.utf8) && $0.value == $1.value
    }
  }
}
