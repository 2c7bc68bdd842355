import M3Text

/// The models of SentencePiece as they are defined, on whole texts, without cutting them into stretches.
struct SlowSentencePiece {
  private let definition: TokenizerDefinition
  private var pieces: [[Unicode.Scalar]: Int32] = [:]
  private var userDefined: [[Unicode.Scalar]] = []
  private let byteTokens: [Int32]
  private let unknown: Int32

  init(_ definition: TokenizerDefinition) {
    self.definition = definition
    for (id, type) in definition.types.enumerated() where type == 1 || type == 4 {
      let spelling = Array(String(decoding: definition.tokens[id], as: UTF8.self).unicodeScalars)
      pieces[spelling] = Int32(id)
      if type == 4 { userDefined.append(spelling) }
    }
    byteTokens = definition.types.indices.filter { definition.types[$0] == 6 }.map { Int32($0) }
    unknown = Int32(definition.types.firstIndex(of: 2) ?? 0)
  }

  func encode(_ text: String) -> [Int32] {
    let characters = normalized(text)
    let parts = definition.model == "llama" ? merged(characters) : bestPath(characters)
    var ids: [Int32] = []
    for part in parts {
      if let id = pieces[part] {
        ids.append(id)
      } else if !byteTokens.isEmpty {
        ids += String(String.UnicodeScalarView(part)).utf8.map { byteTokens[Int($0)] }
      } else if ids.last != unknown {
        ids.append(unknown)
      }
    }
    return ids
  }

  private func normalized(_ text: String) -> [Unicode.Scalar] {
    var characters = text.unicodeScalars.map { $0 }
    if definition.removesExtraWhitespace == true {
      var kept: [Unicode.Scalar] = []
      for character in characters where character != " " || (!kept.isEmpty && kept.last != " ") {
        kept.append(character)
      }
      while kept.last == " " || kept.last == "▁" { kept.removeLast() }
      characters = kept
    }
    if characters.isEmpty { return [] }
    return (definition.addsSpacePrefix == true ? ["▁"] : []) + characters.map { $0 == " " ? "▁" : $0 }
  }

  /// Joins the pair whose piece has the highest score, the leftmost of equals, until there is none.
  private func merged(_ characters: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    var parts: [(text: [Unicode.Scalar], isFrozen: Bool)] = []
    var rest = characters[...]
    while let first = rest.first {
      let match = userDefined.filter { rest.starts(with: $0) }.max { $0.count < $1.count }
      parts.append((match ?? [first], match != nil))
      rest = rest.dropFirst(match?.count ?? 1)
    }
    while true {
      var best: (index: Int, score: Float)?
      for index in parts.indices.dropLast() where !parts[index].isFrozen && !parts[index + 1].isFrozen {
        guard let id = pieces[parts[index].text + parts[index + 1].text] else { continue }
        let score = definition.scores[Int(id)]
        if best.map({ score > $0.score }) ?? true { best = (index, score) }
      }
      guard let best else { return parts.map(\.text) }
      parts[best.index].text += parts[best.index + 1].text
      parts.remove(at: best.index + 1)
    }
  }

  /// The pieces of the highest sum, by way of the best path to each place.
  private func bestPath(_ characters: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    let ordinary = definition.types.indices.filter { definition.types[$0] == 1 }.map { definition.scores[$0] }
    let unknownScore = (ordinary.min() ?? 0) - 10
    let longest = pieces.keys.map(\.count).max() ?? 1
    var scores = [Float?](repeating: nil, count: characters.count + 1)
    var starts = [Int](repeating: 0, count: characters.count + 1)
    scores[0] = 0
    for start in characters.indices {
      if let score = scores[start], abs(score) > 100_000 {
        for index in start..<scores.count { scores[index] = scores[index].map { $0 - score } }
      }
      for end in start + 1...min(start + longest, characters.count) {
        let spelling = Array(characters[start..<end])
        let score: Float
        if let id = pieces[spelling] {
          score =
            definition.types[Int(id)] == 4
            ? Float(0.1 * Double(String(String.UnicodeScalarView(spelling)).utf8.count - 1))
            : definition.scores[Int(id)]
        } else if end == start + 1 {
          score = unknownScore
        } else {
          continue
        }
        let sum = scores[start]! + score
        if scores[end].map({ sum > $0 }) ?? true { (scores[end], starts[end]) = (sum, start) }
      }
    }
    var parts: [[Unicode.Scalar]] = []
    var end = characters.count
    while end > 0 {
      parts.append(Array(characters[starts[end]..<end]))
      end = starts[end]
    }
    return parts.reversed()
  }
}
