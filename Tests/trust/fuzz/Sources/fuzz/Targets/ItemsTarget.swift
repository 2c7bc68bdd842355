import M3Bytes
import M3Inference
import M3JSON
import M3TestSupport

/// Items of an evaluation.
enum ItemsTarget: FuzzTarget {
  static let name = "items"

  static var seeds: [[UInt8]] {
    let item = #"{"id":"1","reference_id":"a#0","task":"t","context":"c","target":"x","separator":" "}"#
    return [item, item + "\r\n\n" + item.replacing(#""1""#, with: #""2""#) + "\n", "", "{}"].map { Array($0.utf8) }
  }

  static func run(_ bytes: [UInt8]) throws {
    do {
      let items = try EvaluationItem.read(path: ScratchFiles.write(bytes, to: "items.jsonl"))
      expect(items.allSatisfy { !$0.context.isEmpty && !$0.target.isEmpty }, "an empty item")
      expect(Set(items.map { Array($0.id.utf8) }).count == items.count, "an item twice")
    } catch let error as FormatError {
      expect(error.file != nil, "an error without its file")
      throw error
    }
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    guard !random.once(in: 3) else { return Mutation.bytes(bytes, limit: limit) }
    var lines = bytes.parts(separatedBy: 0x0A)
    let place = random.integer(below: lines.count)
    lines[place] = JSONMutation.mutate(lines[place], limit: lines[place].count + 64, style: .compact, random: &random)
    return Array(lines.joined(separator: [0x0A]))
  }
}
