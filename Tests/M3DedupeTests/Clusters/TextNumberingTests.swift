import M3Bytes
import M3Dedupe
import Testing

struct TextNumberingTests {
  @Test func numbersTextsThroughAllTasks() throws {
    let numbering = try TextNumbering(counts: [0, 3, 0, 0, 2, 0])
    #expect(numbering.textCount == 5)
    #expect((0..<5).map { numbering.place(of: $0).task } == [1, 1, 1, 4, 4])
    #expect((0..<5).map { numbering.place(of: $0).position } == [0, 1, 2, 0, 1])
    #expect(try numbering.number(task: 4, position: 1) == 4)
    #expect(throws: FormatError.self) { try numbering.number(task: 4, position: 2) }
    #expect(throws: FormatError.self) { try numbering.number(task: 0, position: 0) }
    #expect(throws: FormatError.self) { try numbering.number(task: 4, position: .max) }
  }

  @Test func refusesMoreTextsThanHaveNumbers() {
    #expect(throws: FormatError.self) { try TextNumbering(counts: [Int(UInt32.max), 1]) }
    #expect(throws: FormatError.self) { try TextNumbering(counts: [.max, .max]) }
    #expect(throws: Never.self) { try TextNumbering(counts: [Int(UInt32.max)]) }
  }
}
