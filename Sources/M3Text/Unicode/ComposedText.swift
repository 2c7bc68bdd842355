/// A text in Normalization Form C, and where its parts stood before.
package struct ComposedText: Sendable {
  package private(set) var bytes: [UInt8] = []
  /// Stretches that were changed, in ascending order; between them the text is as it was.
  private var changes: [(original: Range<Int>, composed: Range<Int>)] = []

  /// A text takes at most so many times the bytes of its composed form (three letters of a Korean syllable,
  /// the Kelvin sign).
  package static let maximumContraction = 3

  /// Composes a text; nil if nothing changes.
  ///
  /// Bytes that are not UTF-8 stay as they are. Time is linear in the text but for combining characters in a row,
  /// which take n log n.
  package init?(_ utf8: UnsafeBufferPointer<UInt8>, by form: CanonicalComposition = .unicode9) {
    var copied = 0
    var index = 0
    while let segment = Self.nextSegment(in: utf8, from: index, form) {
      index = segment.upperBound
      let original = UnsafeBufferPointer(rebasing: utf8[segment])
      let composed = Self.encode(form.compose(Self.scalars(of: original)))
      guard !composed.elementsEqual(original) else { continue }
      bytes += utf8[copied..<segment.lowerBound]
      changes.append((segment, bytes.count..<bytes.count + composed.count))
      bytes += composed
      copied = segment.upperBound
    }
    if changes.isEmpty { return nil }
    bytes += utf8[copied...]
  }

  /// Where a place between two characters of the composed text was in the original; nil within what was changed.
  package func originalOffset(of composedOffset: Int) -> Int? {
    // The first change that ends behind the place.
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].composed.upperBound > composedOffset { high = middle } else { low = middle + 1 }
    }
    if low < changes.count, changes[low].composed.lowerBound < composedOffset { return nil }
    guard low > 0 else { return composedOffset }
    let last = changes[low - 1]
    return last.original.upperBound + composedOffset - last.composed.upperBound
  }

  /// The next characters that may change: those that are not inert, and the inert one before them.
  private static func nextSegment(
    in utf8: UnsafeBufferPointer<UInt8>, from start: Int, _ form: CanonicalComposition
  ) -> Range<Int>? {
    var index = start
    while index < utf8.count {
      // Every character from U+0300 on begins with a byte of 0xCC or more.
      guard utf8[index] >= 0xCC else {
        index += 1
        continue
      }
      var scalar = utf8.scalar(at: index)
      guard !form.isInert(scalar.value) else {
        index += scalar.byteCount
        continue
      }
      let first = index
      var isSettled = true
      var lastClass: UInt8 = 0
      repeat {
        isSettled = isSettled && form.isSettled(scalar.value, after: &lastClass)
        index += scalar.byteCount
        if index == utf8.count { break }
        scalar = utf8.scalar(at: index)
      } while !form.isInert(scalar.value)
      if !isSettled { return first - (first > start ? inertByteCount(before: first, in: utf8) : 0)..<index }
    }
    return nil
  }

  /// The length of the character before a place; 0 for a byte that is none.
  private static func inertByteCount(before index: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Int {
    let scalar = utf8.scalar(before: index)
    return scalar.value == DecodedScalar.invalid ? 0 : scalar.byteCount
  }

  private static func scalars(of utf8: UnsafeBufferPointer<UInt8>) -> [UInt32] {
    var scalars: [UInt32] = []
    var index = 0
    while index < utf8.count {
      let scalar = utf8.scalar(at: index)
      scalars.append(scalar.value)
      index += scalar.byteCount
    }
    return scalars
  }

  private static func encode(_ scalars: [UInt32]) -> [UInt8] {
    Array(String(String.UnicodeScalarView(scalars.compactMap { Unicode.Scalar($0) })).utf8)
  }
}
