public import M3Bytes
import M3Records
public import M3Text

/// References that stand for what a model will encode.
public struct CalibrationSample: Sendable {
  /// Tokens of each reference, BOS left out; at least one.
  public let references: [[Int32]]
  /// How many references the sample was drawn from.
  public let inputCount: Int
  /// SHA-256 over the references' texts, a zero byte behind each.
  public let digest: SHA256Digest

  /// Draws `count` references spread evenly over files, or all where there are not more: number ⌊(2i + 1)·M / 2N⌋ of M
  /// for each i of N. Those without tokens are passed over. The files are read twice.
  ///
  /// - Parameter input: a folder of references, or a file.
  /// - Throws: ``FileError``; ``FormatError`` for a record that is bad or was chunked with another tokenizer, and where
  ///   there is no reference with a token.
  public init(input: String, count: Int, tokenizer: Tokenizer) throws {
    precondition(count > 0, "a sample of something")
    let files = try InputFiles.resolve([input])
    var inputCount = 0
    for file in files {
      let reader = try ReferenceReader(path: file.path, name: file.name)
      while try reader.next() != nil { inputCount += 1 }
    }
    let sampleCount = min(count, inputCount)
    var references: [[Int32]] = []
    var hasher = SHA256Hasher()
    var number = 0
    var taken = 0
    for file in files {
      let reader = try ReferenceReader(path: file.path, name: file.name)
      while let result = try reader.next() {
        defer { number += 1 }
        guard taken < sampleCount, number == Self.index(taken, of: sampleCount, among: inputCount) else { continue }
        taken += 1
        switch result {
        case .bad(_, let error, let place): throw error.at(place)
        case .record(let reference):
          let tokens = try tokenizer.tokens(of: reference, file: file.name)
          guard !tokens.isEmpty else { continue }
          references.append(tokens)
          hasher.update(Array(reference.text.utf8) + [0])
        }
      }
    }
    guard !references.isEmpty else {
      throw FormatError(.missing("references"), field: "input", file: input)
    }
    self.references = references
    self.inputCount = inputCount
    digest = hasher.finish()
  }

  public var tokenCount: Int { references.reduce(0) { $0 + $1.count } }

  /// Every k-th reference of the sample, its first among them: the smaller sample of a first look.
  func thinned(by step: Int) -> [[Int32]] {
    stride(from: 0, to: references.count, by: step).map { references[$0] }
  }

  /// The number of the i-th of `count` places spread evenly over `total`.
  static func index(_ place: Int, of count: Int, among total: Int) -> Int {
    // In full width: both factors come from files.
    let product = (2 * place + 1).multipliedFullWidth(by: total)
    return (2 * count).dividingFullWidth(product).quotient
  }
}
