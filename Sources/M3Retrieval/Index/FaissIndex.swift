import CFaiss

/// An index of faiss: float32 vectors under the inner product, told apart by the order in which they were added, from 0.
///
/// One thread builds it; then any number of threads may search. Nothing here uses more than the calling thread, so the same
/// calls give the same index, byte for byte.
final class FaissIndex: @unchecked Sendable {
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  /// Makes an empty index.
  /// - Parameter factory: faiss's string for it, such as `HNSW32`.
  /// - Throws: ``FaissError`` for a string that faiss does not know, or that makes an index of another metric, or of ids.
  convenience init(factory: String, dimension: Int) throws(FaissError) {
    self.init(try Self.made(.create) { m3_faiss_create(Int32(dimension), factory, $0, $1) })
  }

  deinit { m3_faiss_free(pointer) }

  /// Elements of a vector.
  var dimension: Int { Int(m3_faiss_dimension(pointer)) }
  /// Vectors.
  var count: Int { Int(m3_faiss_count(pointer)) }
  /// False where ``train(_:)`` must come before ``add(_:)``.
  var isTrained: Bool { m3_faiss_is_trained(pointer) }

  /// (count, dimension), row-major, of an index that keeps vectors as they are; nil for other kinds. Valid as long as the
  /// index is alive and nothing is added.
  var flatVectors: UnsafePointer<Float>? { m3_faiss_flat_vectors(pointer) }

  /// Sets what faiss calls by this name, such as `efSearch`.
  /// - Throws: ``FaissError`` where this kind of index has no such parameter.
  func set(_ name: String, _ value: Int) throws(FaissError) {
    try Self.run(.set) { m3_faiss_set(pointer, name, Int32(clamping: value), $0) }
  }

  /// - Parameter vectors: (count, dimension), row-major.
  /// - Throws: ``FaissError`` where there are too few vectors, for one.
  func train(_ vectors: [Float]) throws(FaissError) {
    let rows = rows(vectors)
    try Self.run(.train) { m3_faiss_train(pointer, rows, vectors, $0) }
  }

  /// - Parameter vectors: (count, dimension), row-major.
  func add(_ vectors: [Float]) throws(FaissError) {
    let rows = rows(vectors)
    try Self.run(.add) { m3_faiss_add(pointer, rows, vectors, $0) }
  }

  /// The nearest vectors as faiss gives them, best first; the order among equal scores is faiss's.
  ///
  /// - Parameters:
  ///   - query: (dimension).
  ///   - limit: at least 1; fewer are returned where fewer were found.
  func search(_ query: [Float], limit: Int) throws(FaissError) -> [(position: Int, score: Float)] {
    precondition(query.count == dimension && limit >= 1, "a query of another dimension, or for nothing")
    var scores = [Float](repeating: 0, count: limit)
    var positions = [Int64](repeating: -1, count: limit)
    try Self.run(.search) { m3_faiss_search(pointer, query, Int64(limit), &scores, &positions, $0) }
    return zip(positions, scores).compactMap { position, score in
      position >= 0 && !score.isNaN ? (Int(position), score) : nil
    }
  }

  private func rows(_ vectors: [Float]) -> Int64 {
    precondition(vectors.count % dimension == 0, "not whole vectors")
    return Int64(vectors.count / dimension)
  }
}

extension FaissIndex {
  typealias Failure = UnsafeMutablePointer<m3_faiss_error>

  /// Runs a call that says whether it went well.
  static func run(_ operation: FaissError.Operation, _ call: (Failure) -> Bool) throws(FaissError) {
    var error = m3_faiss_error()
    guard call(&error) else {
      let message = withUnsafeBytes(of: &error.text) { text in
        String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw FaissError(operation: operation, message: message)
    }
  }

  /// Runs a call that makes an index.
  static func made(
    _ operation: FaissError.Operation, _ call: (UnsafeMutablePointer<OpaquePointer?>, Failure) -> Bool
  ) throws(FaissError) -> OpaquePointer {
    var pointer: OpaquePointer?
    try run(operation) { call(&pointer, $0) }
    return pointer!
  }
}
