import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3Quantizer
import M3Tensor

/// What a sparse codec costs and loses on memories that it was not trained with.
struct CodecMeasurement {
  let split: MemorySplit
  let seed: UInt32
  /// CPU seconds that encoding and decoding are timed for at least, each.
  let seconds: Double

  /// Vectors of a codec, and what shares a codebook.
  struct Asked {
    var codec: QuantizerCodec
    var scope: CodebookScope
    var codeBytes: Int
    var codeBits: Int
  }

  /// - Throws: ``FormatError`` where the codec cannot be made of so many bytes.
  func run(_ asked: Asked) throws -> JSONObject {
    let start = Stopwatch.now()
    let codec = try trained(asked)
    let training = Stopwatch.now() - start
    let error = try self.error(codec)
    let payloads = try split.whole.map { try codec.payload($0) }
    var object: JSONObject = [
      "bytes": .integer(Int64(codec.vectorSize)), "codec": .string(asked.codec.rawValue),
      "decoded_vectors": .double(2 * Double(split.whole.reduce(0) { $0 + $1.rowCount }) / Double(split.whole.count)),
      "decoding_us": .double(try decodingSeconds(payloads, codec) * 1e6), "error": .double(error),
      "kernels": .string(Kernels.best.name), "test_vectors": .integer(Int64(split.test.vectorCount)),
      "training_cpu_seconds": .double(training.cpu), "training_vectors": .integer(Int64(split.training.vectorCount)),
      "variance": .double(split.test.variance),
      "vectors_per_cpu_second": .double(try encodedPerSecond(codec)),
    ]
    if asked.codec.isProduct { object["scope"] = .string(asked.scope.rawValue) }
    return object
  }

  private func trained(_ asked: Asked) throws -> any VectorCodec {
    let shape = split.producer.shape
    if let width = ScalarWidth(name: asked.codec.rawValue) {
      var statistics = HeadStatisticsBuilder(shape: shape)
      for memory in split.training { statistics.add(memory) }
      return try ScalarCodec(width, statistics: statistics.statistics())
    }
    let layout = try asked.codec.layout(
      dimension: shape.headDimension, bytes: asked.codeBytes, bits: asked.codeBits)
    var sample = VectorSample(
      shape: shape, scope: asked.scope, size: asked.scope.cellCount(shape) * split.training.vectorCount, seed: seed)
    for memory in split.training { sample.add(memory) }
    let trainer = ProductTrainer(name: asked.codec.rawValue, layout: layout, seed: seed, workers: 1)
    return ProductCodec(try trainer.codebook(sample, producer: split.producer.json))
  }

  /// Mean squared error of a test vector.
  private func error(_ codec: any VectorCodec) throws -> Double {
    var sum = 0.0
    for memory in split.test {
      let decoded = try codec.memory(codec.payload(memory), shape: memory.shape)
      for (found, exact) in [(decoded.keys, memory.keys), (decoded.values, memory.values)] {
        for (one, other) in zip(found, exact) { sum += Double(one - other) * Double(one - other) }
      }
    }
    return sum / Double(split.test.vectorCount)
  }

  private func encodedPerSecond(_ codec: any VectorCodec) throws -> Double {
    var vectors = 0
    let start = Stopwatch.now()
    var time = start - start
    while time.cpu < seconds {
      for memory in split.whole where time.cpu < seconds {
        _ = try codec.payload(memory)
        vectors += 2 * memory.rowCount
        time = Stopwatch.now() - start
      }
    }
    return Double(vectors) / time.cpu
  }

  /// CPU seconds of decoding a whole memory into buffers that are there already: the median of rounds over all of them.
  private func decodingSeconds(_ payloads: [[UInt8]], _ codec: any VectorCodec) throws -> Double {
    let shape = split.producer.shape
    let size = split.whole.reduce(0) { max($0, $1.rowCount) } * shape.headDimension
    let buffers = [FloatBuffer(count: size), FloatBuffer(count: size)]
    var rounds: [Double] = []
    let begin = Stopwatch.now()
    var end = begin
    while (end - begin).cpu < seconds || rounds.isEmpty {
      let start = end
      for payload in payloads {
        var given = 0
        try payload.withUnsafeBytes {
          _ = try codec.decode($0, shape: shape, features: nil, rotation: nil, firstPosition: 0) { _ in
            given += 1
            return buffers[given % 2]
          }
        }
      }
      end = Stopwatch.now()
      rounds.append((end - start).cpu / Double(payloads.count))
    }
    return rounds.sorted()[rounds.count / 2]
  }
}

extension [SparseMemory] {
  /// Keys and values.
  fileprivate var vectorCount: Int { reduce(0) { $0 + 2 * $1.rowCount } }

  /// Mean squared distance of a vector from the mean of all.
  fileprivate var variance: Double {
    let dimension = self[0].shape.headDimension
    var sums = [Double](repeating: 0, count: dimension)
    var power = 0.0
    for memory in self {
      for vectors in [memory.keys, memory.values] {
        for (place, value) in vectors.enumerated() {
          sums[place % dimension] += Double(value)
          power += Double(value) * Double(value)
        }
      }
    }
    let count = Double(vectorCount)
    return power / count - sums.reduce(0) { $0 + $1 / count * ($1 / count) }
  }
}
