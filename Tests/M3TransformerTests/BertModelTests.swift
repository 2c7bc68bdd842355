import M3Bytes
import M3JSON
import M3TestSupport
import M3Transformer
import M3Weights
import Testing

@Suite struct BertModelTests {
  private func load(_ change: (inout EditableTensors) -> Void) throws -> (BertPass, path: String) {
    var tensors = try EditableTensors(TinyBert.weightsPath)
    change(&tensors)
    let folder = try TemporaryFolder()
    let path = try folder.write(tensors.bytes, "model.safetensors")
    return try withExtendedLifetime(folder) {
      do {
        let model = try BertModel(SafetensorsFile(path: path), configuration: BertConfiguration(TinyBert.fields()))
        return (BertPass(model: model), path)
      } catch let error as FormatError {
        #expect(error.file == path)
        throw error
      }
    }
  }

  @Test func namesOfAModelWithHeads() throws {
    let tokens: [Int32] = [2, 30, 40, 50, 3]
    let expected = BertPass(model: try TinyBert.model()).states([tokens], width: 32)
    let (pass, _) = try load { tensors in
      for index in tensors.entries.indices { tensors.entries[index].name = "bert." + tensors.entries[index].name }
      tensors.entries.append(("cls.predictions.bias", "F32", [1], [0, 0, 0, 0]))
      tensors.entries.append(("bert.embeddings.position_ids", "I64", [1], [0, 0, 0, 0, 0, 0, 0, 0]))
    }
    #expect(identical(pass.states([tokens], width: 32), expected))
  }

  @Test func thePoolerIsNotNeeded() throws {
    let tokens: [Int32] = [2, 9, 3]
    let expected = BertPass(model: try TinyBert.model()).states([tokens], width: 32)
    let (pass, _) = try load { $0.entries.removeAll { $0.name.hasPrefix("pooler.") } }
    #expect(identical(pass.states([tokens], width: 32), expected))
  }

  @Test(arguments: [
    "encoder.layer.2.output.dense.weight", "encoder.layer.0.output.dense.scale", "encoder.layer.0.adapter.weight",
    "encoder.layer.-1.output.dense.weight", "encoder.layer.+1.output.dense.weight",
    "encoder.layer.00.output.dense.weight", "encoder.layer.0", "embeddings.projection.weight", "classifier.weight",
    "bert.pooler.dense.weight", "encoder.layer.0.attention.self.distance_embedding.weight",
  ])
  func anUnknownTensorIsRefused(name: String) throws {
    let error = #expect(throws: FormatError.self) {
      try load { $0.entries.append((name, "F32", [1], [0, 0, 0, 0])) }
    }
    #expect(error?.problem == .unsupported(found: "tensor \(name)"))
    #expect(error?.field == "header")
  }

  @Test func everyTensorButThePoolerIsNeeded() throws {
    for (name, _, _, _) in try EditableTensors(TinyBert.weightsPath).entries where !name.hasPrefix("pooler.") {
      let error = #expect(throws: FormatError.self) { try load { $0.entries.removeAll { $0.name == name } } }
      #expect(error?.problem == .missing("tensor \(name)"))
    }
  }

  @Test func everyShapeIsChecked() throws {
    for (index, entry) in try EditableTensors(TinyBert.weightsPath).entries.enumerated()
    where !entry.name.hasPrefix("pooler.") {
      let error = #expect(throws: FormatError.self) { try load { $0.entries[index].shape.append(1) } }
      #expect(error?.problem == .mismatch(expected: "shape \(entry.shape)", found: "\(entry.shape + [1])"))
      #expect(error?.field == "tensor \(entry.name), shape")
      #expect(error?.byteOffset != nil)
    }
  }

  @Test func weightsOfAnotherTypeAreRefused() throws {
    let error = #expect(throws: FormatError.self) {
      try load { tensors in
        let index = tensors.entries.firstIndex { $0.type == "F16" }!
        tensors.entries[index].type = "I16"
      }
    }
    #expect(error?.problem == .unsupported(found: "weights of type I16"))
  }
}

@Suite struct BertConfigurationTests {
  @Test func fieldsAreTakenAsTheyStand() throws {
    let shape = try BertConfiguration(path: Fixtures.path("bert/tiny/config.json"))
    #expect(shape == (try BertConfiguration(TinyBert.fields())))
    #expect(shape.layerCount == 2)
    #expect(shape.hiddenSize == 32)
    #expect(shape.feedForwardSize == 48)
    #expect(shape.headCount == 4)
    #expect(shape.headDimension == 8)
    #expect(shape.vocabularySize == 96)
    #expect(shape.maximumPositionCount == 40)
    #expect(shape.tokenTypeCount == 3)
    #expect(shape.normalizationEpsilon == 1e-5)
    #expect(shape.activation == .gelu)
    #expect(shape.multiplyAddsPerToken == 2 * 32 * (4 * 32 + 2 * 48))
  }

  @Test func defaultsAreThoseOfTheReference() throws {
    let shape = try BertConfiguration(
      TinyBert.fields { object in
        for key in ["hidden_act", "layer_norm_eps", "type_vocab_size", "position_embedding_type"] { object[key] = nil }
      })
    #expect(shape.activation == .gelu)
    #expect(shape.normalizationEpsilon == 1e-12)
    #expect(shape.tokenTypeCount == 2)
  }

  static let refusals: [(key: String, value: JSONValue?, problem: FormatError.Problem)] = [
    ("model_type", "roberta", .unsupported(found: "roberta")),
    ("model_type", nil, .missing("field")),
    ("position_embedding_type", "relative_key", .unsupported(found: "relative_key")),
    ("hidden_act", "relu", .unsupported(found: "activation relu")),
    ("hidden_act", 1, .mismatch(expected: "a string", found: "an integer")),
    ("is_decoder", true, .unsupported(found: "a decoder")),
    ("add_cross_attention", true, .unsupported(found: "a decoder")),
    ("hidden_size", nil, .missing("field")),
    ("hidden_size", 0, .outOfRange(found: "0", allowed: "1 to 16777216")),
    ("num_hidden_layers", 1025, .outOfRange(found: "1025", allowed: "1 to 1024")),
    ("num_attention_heads", 5, .outOfRange(found: "5", allowed: "divisors of hidden_size, 32")),
    ("intermediate_size", -1, .outOfRange(found: "-1", allowed: "1 to 16777216")),
    ("vocab_size", "96", .mismatch(expected: "an integer", found: "a string")),
    ("max_position_embeddings", nil, .missing("field")),
    ("type_vocab_size", 0, .outOfRange(found: "0", allowed: "1 to 65536")),
    ("layer_norm_eps", .double(0), .outOfRange(found: "0.0", allowed: "above 0, below 1")),
    ("layer_norm_eps", .double(1e-300), .outOfRange(found: "1e-300", allowed: "above 0, below 1")),
  ]

  @Test(arguments: refusals.indices) func refused(index: Int) throws {
    let (key, value, problem) = Self.refusals[index]
    #expect(throws: FormatError(problem, field: "config.\(key)")) {
      try BertConfiguration(TinyBert.fields { $0[key] = value })
    }
  }

  @Test func errorsNameTheFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(#"{"model_type":"t5"}"#.utf8), "config.json")
    #expect(throws: FormatError(.unsupported(found: "t5"), field: "config.model_type", file: path)) {
      try BertConfiguration(path: path)
    }
    let error = #expect(throws: FileError.self) { try BertConfiguration(path: folder.file("absent.json")) }
    #expect(error?.isMissing == true)
  }
}
