import M3Bytes
import M3Stage

/// Writes what is dropped of each task: a file a task, by position.
///
/// Attributes: texts of the task; comparisons that were left out for them.
struct DropLists {
  let numbering: TextNumbering
  let folder: StageFolder

  /// The one task of ``DedupeStep/cluster`` writes them all.
  static func name(task: Int) -> String { DedupeFileKind.dropped.name(task: 0, part: task) }

  /// - Throws: ``FileError``; ``FormatError`` `checksumMismatch` where the disk gives other bytes back.
  func write(_ drops: DropList) throws -> [StageOutput] {
    var places = drops.byNumber()[...]
    return try (0..<numbering.taskCount).map { task in
      let name = Self.name(task: task)
      let writer = try RunFileWriter<DroppedText>(path: folder.file(name), kind: .dropped)
      while let place = places.first {
        let index = Int(place.number)
        let (owner, position) = numbering.place(of: drops.numbers[index])
        guard owner == task else { break }
        try writer.append(
          DroppedText(
            position: UInt32(position), kept: drops.kept[index], similarity: drops.similarities[index],
            kind: drops.kinds[index]))
        places.removeFirst()
      }
      let file = try writer.commit(attributes: [
        UInt64(numbering.count(task: task)), UInt64(drops.unlistedCounts[task]),
      ])
      return DedupeStage.output(name, file)
    }
  }
}
