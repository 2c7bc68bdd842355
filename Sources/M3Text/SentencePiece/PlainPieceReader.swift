/// Reads a text whose characters stay what they are.
struct PlainPieceReader: PieceReader {
  private let utf8: UnsafeBufferPointer<UInt8>
  private let alphabet: PieceAlphabet
  private let collapsesSpaces: Bool
  /// Where reading ends.
  private let end: Int
  private var isPrefixDue: Bool
  private var isBehindSpace: Bool
  private(set) var byteOffset = 0
  var isWhole: Bool { true }
  var isSteady: Bool { true }

  private static let escapedSpace: [UInt8] = [0xE2, 0x96, 0x81]

  /// - Parameter isStart: whether the text begins here; otherwise no prefix is put before it, and spaces stay.
  init(
    _ utf8: UnsafeBufferPointer<UInt8>, _ alphabet: PieceAlphabet, addsPrefix: Bool, collapsesSpaces: Bool,
    isStart: Bool
  ) {
    self.utf8 = utf8
    self.alphabet = alphabet
    self.collapsesSpaces = collapsesSpaces
    isBehindSpace = collapsesSpaces && isStart
    var end = utf8.count
    if collapsesSpaces {
      while end > 0 {
        if utf8[end - 1] == UInt8(ascii: " ") {
          end -= 1
        } else if utf8[..<end].suffix(3).elementsEqual(Self.escapedSpace) {
          end -= 3
        } else {
          break
        }
      }
    }
    self.end = end
    isPrefixDue = addsPrefix && isStart && end > 0
  }

  @inline(__always)
  mutating func next() -> PieceCharacter? {
    if isPrefixDue {
      isPrefixDue = false
      return alphabet.character(PieceAlphabet.space)
    }
    while byteOffset < end {
      let scalar = utf8.scalar(at: byteOffset)
      byteOffset += scalar.byteCount
      if scalar.value == 0x20 {
        if isBehindSpace { continue }
        isBehindSpace = collapsesSpaces
        return alphabet.character(PieceAlphabet.space)
      }
      isBehindSpace = false
      return alphabet.character(scalar.value)
    }
    return nil
  }
}
