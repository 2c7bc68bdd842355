import M3Bytes
import M3TestSupport

/// One parser, or a few that belong together, with all that the fuzzer needs to know of it.
protocol FuzzTarget {
  /// By which `M3_FUZZ_TARGET` chooses it; also the name of its dictionary and of its folder of found inputs.
  static var name: String { get }
  /// Small files that parse, and a few that do not: where mutation begins.
  static var seeds: [[UInt8]] { get }
  /// Parses an input, and checks with ``expect(_:_:)`` what must hold of whatever parses.
  /// - Throws: what the parser throws: of ``isTyped(_:)``'s families, otherwise it is a crash.
  static func run(_ bytes: [UInt8]) throws
  /// Another input. The default is libFuzzer's own mutation and then ``reseal(_:)``.
  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8]
  /// The input with sums that fit its bytes, as far as its structure can be made out.
  static func reseal(_ bytes: [UInt8]) -> [UInt8]
  /// Whether a parser may throw this error; the default is ``FormatError`` alone.
  static func isTyped(_ error: any Error) -> Bool
}

extension FuzzTarget {
  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    reseal(Mutation.bytes(bytes, limit: limit))
  }

  static func reseal(_ bytes: [UInt8]) -> [UInt8] { bytes }

  static func isTyped(_ error: any Error) -> Bool { error is FormatError }

  /// Runs an input; an error of another family ends the process, and so does one that says nothing.
  static func check(_ bytes: [UInt8]) {
    do {
      try run(bytes)
      if isVerbose { print("parsed") }
    } catch {
      if isVerbose { print("refused: \(error)") }
      expect(isTyped(error), "an error of another family: \(error)")
      let text = "\(error)"
      expect(!text.isEmpty && text.utf8.count <= 1 << 16 + 16 * bytes.count, "an error of \(text.utf8.count) bytes")
    }
  }
}

/// Ends the process where something does not hold that must.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) {
  if !condition { fatalError("broken: \(what())") }
}

/// All targets, in the order in which they are fuzzed.
let targets: [any FuzzTarget.Type] = [
  ShardTarget.self, ManifestTarget.self, IndexManifestTarget.self, CodebookTarget.self, PayloadTarget.self,
  SpoolTarget.self, SurveyTarget.self, StreamTarget.self, JSONTarget.self, LinesTarget.self, GGUFTarget.self,
  LlamaTarget.self, TokenizerTarget.self, SafetensorsTarget.self, WordPieceTarget.self, EmbedderTarget.self,
  SettingsTarget.self, ItemsTarget.self, StageTarget.self, CalibrationTarget.self, DedupeTarget.self, BankTarget.self,
]
