public import M3JSON

extension MemoryPlan {
  /// Bytes and floating-point operations as integers.
  /// - Parameter uses: a number of uses to compare costs at.
  public func json(uses: Int? = nil) -> JSONObject {
    var object: JSONObject = [
      "shape": [
        "layers": .integer(Int64(shape.layerCount)), "query_heads": .integer(Int64(shape.queryHeadCount)),
        "key_value_heads": .integer(Int64(shape.keyValueHeadCount)),
        "head_dimension": .integer(Int64(shape.headDimension)), "hidden_size": .integer(Int64(shape.hiddenSize)),
        "feed_forward_size": .integer(Int64(shape.feedForwardSize)),
        "vocabulary": .integer(Int64(shape.vocabularySize)),
      ],
      "memory": [
        "layers": .integer(Int64(recipe.memoryLayerCount)), "tokens_per_head": .integer(Int64(recipe.tokensPerHead)),
        "reference_tokens": .integer(Int64(recipe.referenceLength)),
        "chunk_tokens": .integer(Int64(recipe.chunkLength)),
        "training_tokens": .integer(Int64(recipe.trainingLength)),
        "vector_bytes": .integer(Int64(recipe.vectorSize)), "text_bytes": .integer(Int64(recipe.textSize)),
      ],
      "references": .integer(Int64(referenceCount)),
      "tokens": .integer(Int64(tokenCount)),
      "text_bytes": .integer(Int64(textByteCount)),
      "codecs": .array(sizes.map { .object($0.json) }),
      "flops": [
        "write_parameters": .integer(Int64(costs.writeParameters)),
        "write_explicit": .integer(Int64(costs.writeExplicit)),
        "read_explicit": .integer(Int64(costs.readExplicit)), "read_text": .integer(Int64(costs.readText)),
      ],
    ]
    object["explicit_is_cheapest"] =
      costs.explicitIsCheapest.map { ["above": .double($0.above), "below": .double($0.below)] } ?? .null
    if let uses {
      var totals = JSONObject()
      for storage in KnowledgeStorage.allCases {
        totals[storage.rawValue] = .double(costs.total(storage, uses: uses))
      }
      object["uses"] = [
        "count": .integer(Int64(uses)), "flops": .object(totals),
        "cheapest": .string(costs.cheapest(uses: uses).rawValue),
      ]
    }
    return object
  }
}

extension CodecSize {
  var json: JSONObject {
    var object: JSONObject = ["name": .string(name)]
    let counts = [
      ("vector_bytes_per_reference", vectorByteCount), ("bytes_per_reference", payloadByteCount),
      ("bank_vector_bytes", bankVectorByteCount), ("bank_bytes", bankPayloadByteCount),
    ]
    for (key, count) in counts { object[key] = count.map { .integer(Int64($0)) } }
    return object
  }
}
