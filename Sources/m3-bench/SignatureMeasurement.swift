import M3Dedupe
import M3Tensor

/// Times signatures: normalization, shingles, minima and band keys of texts that lie in memory.
struct SignatureMeasurement {
  private let shingler: Shingler
  private let hasher: MinHasher
  private var signature: [UInt32]
  private var keys: [UInt64]
  /// Shingles of the last run.
  private(set) var shingleCount = 0
  /// The sum of all band keys of the last run, modulo 2⁶⁴.
  private(set) var keySum: UInt64 = 0

  init(_ configuration: DedupeConfiguration, kernels: Kernels) {
    shingler = Shingler(configuration, kernels: kernels)
    hasher = MinHasher(configuration, kernels: kernels)
    signature = [UInt32](repeating: 0, count: configuration.signatureLength)
    keys = [UInt64](repeating: 0, count: configuration.bandCount)
  }

  mutating func run(_ texts: [[UInt8]]) -> Stopwatch.Time {
    (shingleCount, keySum) = (0, 0)
    let start = Stopwatch.now()
    for text in texts {
      text.withUnsafeBufferPointer { text in
        signature.withUnsafeMutableBufferPointer { signature in
          keys.withUnsafeMutableBufferPointer { keys in
            shingler.withShingles(of: text) { shingles in
              shingleCount += shingles.count
              hasher.signature(of: shingles, into: signature)
            }
            hasher.bandKeys(of: UnsafeBufferPointer(signature), into: keys)
            for key in keys { keySum &+= key }
          }
        }
      }
    }
    return Stopwatch.now() - start
  }
}
