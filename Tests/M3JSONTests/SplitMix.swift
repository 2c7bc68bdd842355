import M3JSON

/// A repeatable source of random numbers (Steele, Lea and Flood, SplitMix64) and of random JSON.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func text() -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x61...0x7A, 0x61...0x7A, 0x20...0x7F, 0...0x1F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF,
      0x10000...0x10FFFF,
    ]
    let allowed = ranges[..<Int.random(in: 1...ranges.count, using: &self)]
    var text = ""
    for _ in 0..<Int.random(in: 0...[3, 10, 80].randomElement(using: &self)!, using: &self) {
      text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: allowed.randomElement(using: &self)!, using: &self))!)
    }
    return text
  }

  mutating func json(depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &self) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &self))
    case 2: return .integer(Int64(bitPattern: next()) >> Int64.random(in: 0..<64, using: &self))
    case 3: return .double(Double(bitPattern: next()))
    case 4, 5: return .string(text())
    case 6: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in json(depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<Int.random(in: 0...[4, 20].randomElement(using: &self)!, using: &self) {
        object[text()] = json(depth: depth - 2)
      }
      return .object(object)
    }
  }

  /// Changes, inserts, removes or repeats some bytes.
  mutating func damage(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &self)
    let telling =
      Array("\"\\{}[]:,-+.eEu0123456789dDcC \n\t\0".utf8) + [0x80, 0xBF, 0xC0, 0xC3, 0xE0, 0xED, 0xF0, 0xF4, 0xFF]
    switch Int.random(in: 0..<5, using: &self) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
    case 1: bytes[place] = telling.randomElement(using: &self)!
    case 2: bytes.insert(telling.randomElement(using: &self)!, at: place)
    case 3: bytes.remove(at: place)
    default:
      let end = min(bytes.count, place + Int.random(in: 1...20, using: &self))
      bytes.insert(contentsOf: Array(bytes[place..<end]), at: end)
    }
  }
}
