internal import M3Bytes

/// What a definition of byte-level BPE must hold.
extension ByteLevelModel {
  /// - Throws: ``FormatError``, with the name and the index of the entry in `field`.
  static func vocabulary(of definition: TokenizerDefinition) throws(FormatError) -> Vocabulary {
    let kinds = try TokenKind.byteLevelKinds(of: definition)
    return try Vocabulary(definition, kinds: kinds) { id throws(FormatError) in
      let token = definition.tokens[id]
      guard kinds[id] == .ordinary else { return token }
      guard let decoded = ByteAlphabet.bytes(of: token) else {
        throw FormatError(
          .malformed("\(TokenizerField.quoted(token)) has a character that stands for no byte"),
          field: "\(TokenizerField.tokens)[\(id)]")
      }
      return decoded
    }
  }

  static func byteTokens(_ vocabulary: Vocabulary) throws(FormatError) -> [Int32] {
    var tokens = [Int32](repeating: -1, count: 256)
    for (index, bytes) in vocabulary.bytes.enumerated()
    where vocabulary.kinds[index] == .ordinary && bytes.count == 1 {
      tokens[Int(bytes[0])] = Int32(index)
    }
    for byte in UInt8.min...UInt8.max where tokens[Int(byte)] < 0 && isRequired(byte) {
      throw FormatError(.missing("a token for byte 0x\(Hexadecimal.string(byte))"), field: TokenizerField.tokens)
    }
    return tokens
  }

  /// Whether text cannot do without a byte.
  ///
  /// Vocabularies in use lack bytes that their training text did not have. Those that may be absent
  /// stand in no assigned character but the control ones: the C0 controls other than tab, line feed
  /// and carriage return, DEL, the lead bytes of planes 4 to 11, and the bytes that UTF-8 never uses.
  private static func isRequired(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x09, 0x0A, 0x0D: true
    case 0x00..<0x20, 0x7F, 0xC0, 0xC1, 0xF1, 0xF2, 0xF5...0xFF: false
    default: true
    }
  }

  static func mergeTable(_ merges: [[UInt8]], _ vocabulary: Vocabulary) throws(FormatError) -> MergeTable {
    guard merges.count <= MergeTable.maximumMergeCount else {
      throw FormatError(
        .outOfRange(found: "\(merges.count) merges", allowed: "up to \(MergeTable.maximumMergeCount)"),
        field: TokenizerField.merges)
    }
    var table = MergeTable(mergeCount: merges.count)
    for (index, merge) in merges.enumerated() {
      let field = "\(TokenizerField.merges)[\(index)]"
      let parts = merge.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw FormatError(
          .malformed("\(TokenizerField.quoted(merge)) is not two tokens with a space between"), field: field)
      }
      func token(_ spelling: [UInt8]) throws(FormatError) -> Int32 {
        guard let id = vocabulary.ids[spelling] else {
          throw FormatError(.missing("\(TokenizerField.quoted(spelling)) in the vocabulary"), field: field)
        }
        guard vocabulary.kinds[Int(id)] == .ordinary else {
          throw FormatError(.malformed("\(TokenizerField.quoted(spelling)) is no ordinary token"), field: field)
        }
        return id
      }
      let left = try token(Array(parts[0]))
      let right = try token(Array(parts[1]))
      let product = try token(Array(parts[0]) + parts[1])
      guard table.append(left: left, right: right, product: product) else {
        throw FormatError(.duplicate("merge \(TokenizerField.quoted(merge))"), field: field)
      }
    }
    return table
  }
}
