public import M3Text

/// A head on an encoder's vectors that says how good a text is, with what was measured of it.
///
/// It holds no text and no vector. <doc:Quality> has its file format and its arithmetic.
public struct QualityHead: Sendable, Equatable {
  /// What made the vectors it was trained on.
  public let embedder: EmbedderIdentity
  /// What the labels meant.
  public let scale: LabelScale
  /// What was measured on examples that were held out.
  public let report: QualityReport
  let model: QualityModel

  init(embedder: EmbedderIdentity, scale: LabelScale, model: QualityModel, report: QualityReport) {
    self.embedder = embedder
    self.scale = scale
    self.model = model
    self.report = report
  }

  /// Elements of a vector.
  public var dimension: Int { model.dimension }

  /// How good the text of a vector is: 0 for the worst to 1 for the best.
  /// - Throws: ``QualityError`` `vectorLength`, `vectorNotFinite`.
  public func score(_ vector: [Float]) throws(QualityError) -> Double {
    guard vector.count == dimension else {
      throw .vectorLength(index: 0, expected: dimension, found: vector.count)
    }
    return try scores(vector)[0]
  }

  /// Scores of (N, dimension) vectors, row-major.
  /// - Throws: ``QualityError`` `vectorLength` where there is no whole number of them; `vectorNotFinite`.
  public func scores(_ vectors: [Float]) throws(QualityError) -> [Double] {
    guard vectors.count % dimension == 0 else {
      throw .vectorLength(
        index: vectors.count / dimension, expected: dimension, found: vectors.count % dimension)
    }
    if let bad = vectors.firstIndex(where: { !$0.isFinite }) {
      throw .vectorNotFinite(index: bad / dimension, element: bad % dimension)
    }
    return stride(from: 0, to: vectors.count, by: dimension).map { start in
      LogisticRegression.sigmoid(model.calibration.apply(model.logit(vectors[start..<start + dimension])))
    }
  }

  /// Measures the head on examples that it was not trained on: another source, another time.
  /// - Throws: ``QualityError`` for vectors and labels that are not as those it was trained on.
  public func figures(on examples: [QualityExample]) throws(QualityError) -> QualityFigures {
    var scores: [Double] = []
    var targets: [Double] = []
    for (index, example) in examples.enumerated() {
      targets.append(try scale.target(example.label, index: index))
      guard example.vector.count == dimension else {
        throw .vectorLength(index: index, expected: dimension, found: example.vector.count)
      }
      if let element = example.vector.firstIndex(where: { !$0.isFinite }) {
        throw .vectorNotFinite(index: index, element: element)
      }
      scores += try self.scores(example.vector)
    }
    guard !targets.isEmpty else { throw .tooFewGroups(found: 0, needed: 1) }
    return QualityFigures(scores: scores, targets: targets)
  }

  /// Refuses the vectors of another encoder.
  /// - Throws: ``QualityError`` `otherEmbedder` with both.
  public func requireFit(_ identity: EmbedderIdentity) throws(QualityError) {
    guard identity == embedder else { throw .otherEmbedder(expected: embedder, found: identity) }
  }
}
