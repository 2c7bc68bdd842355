/// Where the parts of a file of shingles lie: `sets-*.m3d`, little-endian.
///
/// | bytes | field |
/// |---|---|
/// | 8 | magic |
/// | 4 | version |
/// | 4 | 0 |
/// | … | records, one a text |
/// | 8 each | offset of each record |
/// | 8 | texts |
/// | 8 | sum of the offsets' bytes: XXH3-64 of pieces of ``pieceSize`` bytes, each seeded with the sum before |
/// | 8 | XXH3-64 of the header and of the two fields before |
///
/// A record:
///
/// | bytes | field |
/// |---|---|
/// | 4 | bytes of the id |
/// | 4 | shingles |
/// | 8 | XXH3-64 of the text in UTF-8 |
/// | … | id |
/// | 8 each | shingles in the order of the text, equal ones as often as they stand |
/// | 8 | XXH3-64 of the record before it |
///
/// Shingles are sorted when a text is compared: most texts never are.
enum ShingleSetLayout {
  static let headerSize = 16
  static let trailerSize = 24
  static let recordHeaderSize = 16
  static let pieceSize = 1 << 20
}
