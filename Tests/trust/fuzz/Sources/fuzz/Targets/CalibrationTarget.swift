import M3Bytes
import M3Encoder
import M3JSON
import M3TestSupport

/// A model's calibration.
enum CalibrationTarget: FuzzTarget {
  static let name = "calibration"

  static var seeds: [[UInt8]] {
    let digest = SHA256Digest.of([1])
    let heads = [(1, 0), (0, 1), (0, 0), (1, 1)].enumerated().map { index, head in
      Calibration.RankedHead(head: KeyValueHead(layer: head.0, head: head.1), score: "0.\(9 - index)")
    }
    let calibration = Calibration(
      modelDigest: digest, tokenizerFingerprint: "0123456789abcdef", kernel: "avx2", referenceCount: 3, tokenCount: 40,
      sampleDigest: digest, repeatPrompt: "again:",
      bos: [.init(text: "<s>", perplexity: "3.5"), .init(text: "", perplexity: "4")], heads: heads)
    return [JSONValue.object(calibration.json).serialized(.pretty)]
  }

  static func run(_ bytes: [UInt8]) throws {
    let fields = try JSONFields(JSONValue.parse(bytes), path: "calibration")
    let calibration = try Calibration(json: fields)
    expect(calibration.json == fields.object, "another calibration")
    expect(try Calibration(json: JSONFields(calibration.json, path: "calibration")) == calibration, "two calibrations")
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    JSONMutation.mutate(bytes, limit: limit, style: .pretty, random: &random)
  }
}
