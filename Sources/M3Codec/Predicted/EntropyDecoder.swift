import M3Bytes

/// Decodes the symbols of a stream, one token's components after another.
///
/// A symbol takes at least log₂(2¹⁴ / (2¹⁴ − 31)) bits: a stream can hold some 3,000 codes a byte, and one that claims more
/// tokens ends as truncated.
struct EntropyDecoder {
  private let bytes: UnsafePointer<UInt8>
  private let count: Int
  private var position: Int
  private var state: UInt32

  /// - Parameter stream: outlives the decoder.
  /// - Throws: ``FormatError`` `truncated`, `outOfRange` for a state that no encoder leaves.
  init(_ stream: UnsafeRawBufferPointer) throws(FormatError) {
    var reader = ByteReader(stream)
    state = try reader.integer(UInt32.self, "codes")
    guard (EntropyState.initial..<EntropyState.limit).contains(state) else {
      throw FormatError(
        .outOfRange(found: "a state of \(state)", allowed: "\(EntropyState.initial) to \(EntropyState.limit - 1)"),
        field: "codes", at: 0)
    }
    bytes = stream.baseAddress!.assumingMemoryBound(to: UInt8.self)
    count = stream.count
    position = reader.position
  }

  /// Decodes the codes of one token.
  /// - Parameter codes: (components) on entry those of the token before, zeros for the first; on exit this token's.
  /// - Throws: ``FormatError`` `truncated`, `outOfRange` with the offset in the stream.
  mutating func decode(
    contexts: ContextBounds, tables: SymbolTables, into codes: UnsafeMutablePointer<Int32>
  ) throws(FormatError) {
    // Values of its own, which the compiler keeps in registers.
    var decoder = self
    defer { self = decoder }
    var average = ContextBounds.Average()
    let problem = contexts.bounds.withUnsafeBufferPointer { bounds in
      contexts.classes.withUnsafeBufferPointer { classes in
        tables.starts.withUnsafeBufferPointer { starts in
          tables.groups.withUnsafeBufferPointer { groups -> FormatError? in
            for component in 0..<classes.count {
              let context = average.context(
                bounds.baseAddress! + component * ContextBounds.boundCount, previous: abs(codes[component]))
              let table = classes[component] * SymbolModel.contextCount + context
              let symbol = decoder.symbol(
                starts: starts.baseAddress! + table * SymbolTables.startCount,
                groups: groups.baseAddress! + table * SymbolTables.groupCount)
              var code = Int32(symbol) - Int32(SymbolModel.largestMagnitude)
              if symbol == SymbolModel.escape {
                guard let escaped = decoder.escaped() else { return decoder.codeBeyondLimit() }
                code = escaped
              }
              // A state below its range: the bytes have come to their end.
              if decoder.state < EntropyState.initial { return decoder.truncated() }
              codes[component] = code
              average.add(abs(code))
            }
            return nil
          }
        }
      }
    }
    if let problem { throw problem }
  }

  /// Refuses a stream that is not just at its end.
  func finish() throws(FormatError) {
    guard position == count else {
      throw FormatError(.malformed("\(count - position) bytes too many"), field: "codes", at: UInt64(position))
    }
    guard state == EntropyState.initial else {
      throw FormatError(.malformed("the codes end in a state of \(state)"), field: "codes", at: UInt64(position))
    }
  }

  @inline(__always)
  private mutating func symbol(starts: UnsafePointer<UInt16>, groups: UnsafePointer<UInt8>) -> Int {
    let slot = state & EntropyState.slotMask
    var symbol = Int(groups[Int(slot >> UInt32(SymbolTables.groupBits))])
    while UInt32(starts[symbol + 1]) <= slot { symbol += 1 }
    let start = UInt32(starts[symbol])
    advance(slot: slot, start: start, frequency: UInt32(starts[symbol + 1]) - start)
    return symbol
  }

  @inline(__always)
  private mutating func advance(slot: UInt32, start: UInt32, frequency: UInt32) {
    state = frequency &* (state >> UInt32(SymbolModel.frequencyBits)) &+ slot &- start
    while state < EntropyState.initial && position < count {
      state = state << 8 | UInt32(bytes[position])
      position += 1
    }
  }

  /// nil where it is beyond what codes may be.
  private mutating func escaped() -> Int32? {
    let head = bits(Escape.headBits)
    let restBits = head >> 1
    guard restBits < SymbolModel.codeLimit.trailingZeroBitCount else { return nil }
    let magnitude = (1 << restBits | bits(restBits)) + SymbolModel.largestMagnitude
    guard magnitude < SymbolModel.codeLimit else { return nil }
    return Int32(head & 1 == 1 ? -magnitude : magnitude)
  }

  private mutating func bits(_ count: Int) -> Int {
    var (value, done) = (0, 0)
    while done < count {
      let piece = min(count - done, EntropyState.rawBits)
      let shift = UInt32(SymbolModel.frequencyBits - piece)
      let slot = state & EntropyState.slotMask
      let bits = slot >> shift
      advance(slot: slot, start: bits << shift, frequency: 1 << shift)
      value |= Int(bits) << done
      done += piece
    }
    return value
  }

  private func truncated() -> FormatError {
    FormatError(.truncated(needed: 1, available: 0), field: "codes", at: UInt64(position))
  }

  private func codeBeyondLimit() -> FormatError {
    FormatError(
      .outOfRange(found: "a code of \(SymbolModel.codeLimit) or more", allowed: "smaller ones"), field: "codes",
      at: UInt64(position))
  }
}
