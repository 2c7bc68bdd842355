import M3Tensor
import Testing

/// Words of ASCII text.
@Suite struct WordKernelsTests {
  /// What was found in texts that were read one after the other.
  private struct Found: Equatable {
    var bytes: [UInt8] = []
    var isInWord = false
    var counts: [Int] = []

    /// Reads a text by kernels, behind what was found so far.
    mutating func read(_ text: [UInt8], stopsAtDigits: Bool, with kernels: Kernels) {
      let found = bytes.count
      bytes += [UInt8](repeating: 0, count: text.count + WordBuffer.slack)
      let count = bytes.withUnsafeMutableBufferPointer { bytes in
        var words = WordBuffer(bytes: bytes.baseAddress!, byteCount: found, isInWord: isInWord)
        counts.append(
          text.withUnsafeBufferPointer { kernels.foldWords($0, stopsAtDigits: stopsAtDigits, into: &words) })
        isInWord = words.isInWord
        return words.byteCount
      }
      bytes.removeLast(bytes.count - count)
    }

    /// Reads a text as the definition says, a character at a time.
    mutating func readSlowly(_ text: [UInt8], stopsAtDigits: Bool) {
      var count = 0
      for byte in text {
        let character = Character(Unicode.Scalar(byte))
        guard byte < 0x80, !(stopsAtDigits && character.isNumber) else { break }
        count += 1
        if character.isLetter || character.isNumber {
          bytes += Array(character.lowercased().utf8)
          isInWord = true
        } else if isInWord {
          bytes.append(0x20)
          isInWord = false
        }
      }
      counts.append(count)
    }
  }

  /// Texts of bytes of a kind each, by how often separators, digits and other bytes come.
  private static func texts(_ random: inout Randomness) -> [[UInt8]] {
    let alphabets = ["abcXYZ", "aB ", "a ,.\n", "Z9 ", "0123456789", "  ", "the@[`{/:Quick~!_7"].map { Array($0.utf8) }
    return (0...140).map { length in
      let alphabet = alphabets[Int(random.next() % UInt64(alphabets.count))]
      var text = (0..<length).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
      if length > 0, length % 3 == 0 { text[Int(random.next() % UInt64(length))] = UInt8(random.next() % 256) }
      return text
    }
  }

  @Test(arguments: kernelNames, [true, false])
  func wordsAreTheDefinition(name: String, stopsAtDigits: Bool) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: 3)
    for _ in 0..<20 {
      var (found, expected) = (Found(), Found())
      for text in Self.texts(&random) {
        found.read(text, stopsAtDigits: stopsAtDigits, with: kernels)
        expected.readSlowly(text, stopsAtDigits: stopsAtDigits)
      }
      #expect(found == expected)
    }
  }

  @Test(arguments: kernelNames)
  func everyByteIsWhatItIsInAnyPlace(name: String) throws {
    let kernels = try Kernels.named(name)
    for byte in UInt8.min...UInt8.max {
      for place in 0..<34 {
        let text = [UInt8](repeating: UInt8(ascii: "Q"), count: place) + [byte] + Array("r, S 5".utf8)
        var (found, expected) = (Found(), Found())
        found.read(text, stopsAtDigits: false, with: kernels)
        expected.readSlowly(text, stopsAtDigits: false)
        #expect(found == expected)
      }
    }
  }

  @Test(arguments: kernelNames)
  func startsStandBehindSpaces(name: String) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: 11)
    // From one word in all bytes to a word of one byte behind each space.
    for wordLength in [1, 2, 3, 9, 40] {
      for count in lengths {
        var text: [UInt8] = []
        while text.count < count {
          text += [UInt8](repeating: UInt8(ascii: "w"), count: 1 + Int(random.next() % UInt64(wordLength))) + [0x20]
        }
        text = Array(text[..<count])
        let expected = text.indices.filter { $0 == 0 || text[$0 - 1] == 0x20 } + (text.last == 0x20 ? [count] : [])
        var starts = [Int](repeating: 0, count: expected.count + WordBuffer.slack)
        let found = starts.withUnsafeMutableBufferPointer { starts in
          text.withUnsafeBufferPointer { kernels.wordStarts(in: $0, into: starts.baseAddress!) }
        }
        #expect(Array(starts[..<found]) == expected)
      }
    }
  }
}
