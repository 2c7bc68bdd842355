import M3JSON
import M3TestSupport

/// Mutates JSON as values and not as bytes, so that what comes out is JSON.
struct JSONMutation {
  private var random: Randomness
  /// Values of the whole, in the order of ``visit(_:)``: to be put in other places.
  private var values: [JSONValue] = []
  /// The place among them of the one that changes.
  private var wanted = 0
  private var place = 0

  /// The text with one to three values changed; libFuzzer's bytes now and then, and where it is no JSON.
  /// - Parameter style: in which it is written.
  static func mutate(
    _ bytes: [UInt8], limit: Int, style: JSONStyle = .canonical, random: inout Randomness
  ) -> [UInt8] {
    guard !random.once(in: 8), var value = try? JSONValue.parse(bytes, limits: JSONLimits(maximumDepth: 256)) else {
      return Mutation.bytes(bytes, limit: limit)
    }
    for _ in 0...random.integer(below: 3) { value = mutate(value, random: &random) }
    return value.serialized(style)
  }

  static func mutate(_ value: JSONValue, random: inout Randomness) -> JSONValue {
    var mutation = JSONMutation(random: random)
    mutation.collect(value)
    mutation.wanted = mutation.random.integer(below: mutation.values.count)
    let result = mutation.visit(value)
    random = mutation.random
    return result
  }

  private init(random: Randomness) { self.random = random }

  private mutating func collect(_ value: JSONValue) {
    values.append(value)
    switch value {
    case .array(let elements): for element in elements { collect(element) }
    case .object(let object): for (_, member) in object.members { collect(member) }
    default: break
    }
  }

  private mutating func visit(_ value: JSONValue) -> JSONValue {
    place += 1
    if place - 1 == wanted { return changed(value) }
    switch value {
    case .array(let elements): return .array(elements.map { visit($0) })
    case .object(let object):
      var result = JSONObject()
      for (key, member) in object.members { result[key] = visit(member) }
      return .object(result)
    default: return value
    }
  }

  private mutating func changed(_ value: JSONValue) -> JSONValue {
    if random.once(in: 6) { return other() }
    switch value {
    case .null, .bool: return other()
    case .integer(let integer):
      return .integer(
        random.once(in: 2) ? integer &+ Int64(random.integer(below: 5)) &- 2 : random.interestingInteger())
    case .number: return other()
    case .string(let text): return .string(changed(text))
    case .array(let elements): return .array(changed(elements))
    case .object(let object): return .object(changed(object))
    }
  }

  private mutating func other() -> JSONValue {
    switch random.integer(below: 10) {
    case 0: .null
    case 1: .bool(random.once(in: 2))
    case 2: .integer(random.interestingInteger())
    case 3: .number(random.element(of: ["1e400", "-0", "0.5", "1e-320", "18446744073709551615", "1e15", "-1.5"]))
    case 4: .string(changed(""))
    case 5: []
    case 6: [:]
    case 7: .array([random.element(of: values)])
    default: random.element(of: values)
    }
  }

  private mutating func changed(_ text: String) -> String {
    switch random.integer(below: 8) {
    case 0:
      return random.element(of: ["", "..", "/", "\u{0}", "\u{FEFF}", "e\u{301}", "é", "nan", "-1", "1e400", "0x1p3"])
    case 1: return text + text
    case 2: return String(repeating: "a", count: 1 << random.integer(below: 10))
    case 3:
      let others = values.compactMap(\.stringValue)
      return others.isEmpty ? text : random.element(of: others)
    default: return String(decoding: Mutation.bytes(Array(text.utf8), limit: text.utf8.count + 16), as: UTF8.self)
    }
  }

  private mutating func changed(_ elements: [JSONValue]) -> [JSONValue] {
    var elements = elements
    let place = random.integer(below: elements.count + 1)
    switch random.integer(below: 4) {
    case 0 where place < elements.count: elements.remove(at: place)
    case 1 where place < elements.count: elements.insert(elements[place], at: place)
    case 2 where place < elements.count: elements.swapAt(place, 0)
    default: elements.insert(other(), at: place)
    }
    return elements
  }

  private mutating func changed(_ object: JSONObject) -> JSONObject {
    var object = object
    guard !object.members.isEmpty else { return ["a": other()] }
    let (key, value) = random.element(of: object.members)
    switch random.integer(below: 4) {
    case 0: object[key] = nil
    case 1:
      object[key] = nil
      object[changed(key)] = value
    case 2: object[changed(key)] = other()
    default: object[key] = other()
    }
    return object
  }
}
