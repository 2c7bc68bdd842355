/// A set of pieces as a tree over the characters of an alphabet.
struct PieceTrie: Sendable {
  /// From a node and a character to the child, which is one more than the pair's index.
  private var children: PairTable
  /// The piece that ends at each node, -1 for none.
  private var pieces: [Int32]

  static let root: Int32 = 0
  static let none: Int32 = -1

  static let maximumNodeCount = PairTable.maximumIDCount

  /// One more than the distinct beginnings of pieces.
  var nodeCount: Int { pieces.count }

  /// - Parameter capacity: at least the count of nodes that the trie will have.
  init(capacity: Int) {
    children = PairTable(capacity: capacity)
    pieces = [Self.none]
  }

  /// Adds a piece; false if there is one of the same characters. It makes no more nodes than it has characters.
  mutating func insert(_ characters: [Int32], piece: Int32) -> Bool {
    var node = Self.root
    for character in characters {
      if children.append(node, character) { pieces.append(Self.none) }
      node = Int32(children.index(node, character)) + 1
    }
    guard pieces[Int(node)] == Self.none else { return false }
    pieces[Int(node)] = piece
    return true
  }

  /// The child of a node, or ``none``.
  @inline(__always)
  func child(of node: Int32, _ character: Int32) -> Int32 {
    let index = children.index(node, character)
    return index == PairTable.none ? Self.none : Int32(index) + 1
  }

  /// The piece that ends at a node, or ``none``.
  @inline(__always)
  func piece(at node: Int32) -> Int32 { pieces[Int(node)] }

  /// The longest piece that begins at `start`, and where it ends.
  func longestMatch(in characters: [PieceCharacter], from start: Int) -> (piece: Int32, end: Int)? {
    var longest: (piece: Int32, end: Int)?
    var node = Self.root
    for index in start..<characters.count {
      node = child(of: node, characters[index].number)
      if node == Self.none { break }
      if piece(at: node) != Self.none { longest = (piece(at: node), index + 1) }
    }
    return longest
  }

  /// Where the longest piece ends that stands at `start` in a text, as it is spelled.
  func longestMatch(
    in utf8: UnsafeBufferPointer<UInt8>, from start: Int, _ alphabet: PieceAlphabet
  ) -> Int? {
    var longest: Int?
    var node = Self.root
    var index = start
    while index < utf8.count {
      let scalar = utf8.scalar(at: index)
      let number = alphabet.number(of: scalar.value)
      guard number != PieceAlphabet.none else { break }
      node = child(of: node, number)
      if node == Self.none { break }
      index += scalar.byteCount
      if piece(at: node) != Self.none { longest = index }
    }
    return longest
  }

  /// The piece of exactly these characters, or ``none``.
  func piece(of characters: ArraySlice<Int32>) -> Int32 {
    var node = Self.root
    for character in characters {
      node = child(of: node, character)
      if node == Self.none { return Self.none }
    }
    return piece(at: node)
  }
}
