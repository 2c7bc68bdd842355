import M3Bytes

extension ShardReader {
  /// Positions whose id has this id's hash: nearly always none or one. O(log n), without reading a record.
  public func positions(ofID id: String) -> [Int] {
    positions(hash: XXH3.hash64(id))
  }

  /// The position of the record with this id, compared by bytes; nil where there is none.
  /// - Throws: as ``record(at:)``: a candidate's id is in the record.
  public func position(ofID id: String) throws -> Int? {
    try record(id: id)?.position
  }

  /// The record with this id, compared by bytes, and its position; nil where there is none.
  /// - Throws: as ``record(at:)``.
  public func record(id: String) throws -> (position: Int, record: BankRecord)? {
    for position in positions(ofID: id) {
      let record = try record(at: position)
      if record.id.utf8.elementsEqual(id.utf8) { return (position, record) }
    }
    return nil
  }

  func positions(hash: UInt64) -> [Int] {
    var place = index.firstPlace(notBelow: hash)
    var positions: [Int] = []
    while place < count {
      let key = index.key(at: place)
      guard key.hash == hash else { break }
      positions.append(Int(key.position))
      place += 1
    }
    return positions
  }
}
