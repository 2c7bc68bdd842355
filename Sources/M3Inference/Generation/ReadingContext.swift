import M3Tensor
public import M3Text
public import M3Transformer

/// A context that grows token by token, and the memories that its chunks read (paper, sections 3.1 and 3.2).
///
/// Every ``RetrievalSettings/chunkTokens`` tokens, of prompt and generation alike, memories are dropped and the text of
/// a chunk retrieves new ones: a chunk of the prompt reads what its own text retrieves, generated tokens read what the
/// chunk before them retrieved. A prompt's last, shorter chunk keeps the memories of the one before; where there is none,
/// it retrieves with what there is.
///
/// While a chunk nears its end, the next memories are read ahead on another thread by the text so far, and the query with
/// the whole text runs beside the computation of the chunk's last token. Neither changes what is read.
public final class ReadingContext {
  public let model: LlamaModel
  public let tokenizer: Tokenizer
  /// Told of each exchange of memories.
  public var onMemoryChange: ((MemoryChange) -> Void)?

  private let memory: ContextMemory
  private let cache: KeyValueCache
  private let reader: ForwardPass
  private let decoder: DecodingPass?
  private let firstPosition: Int
  private let background = BackgroundRetrieval()
  private var current: MemoryContext?
  /// Tokens of the chunk that is not full yet.
  private var chunk: [Int32] = []
  /// (V), where no decoding pass holds them.
  private let exactLogits: FloatBuffer

  /// - Parameters:
  ///   - firstPosition: where the context's first token stands: behind the interval of references where memories are
  ///     read, 0 otherwise.
  ///   - capacity: tokens that the context may hold.
  ///   - decodingThreads: share the work of a generated token; nil computes generated tokens as the prompt, in float32
  ///     throughout, which is several times slower and has no rounding of activations.
  /// - Throws: ``GenerationError`` where the capacity is beyond the model's positions; `TensorError.sizeOverflow`.
  public init(
    model: LlamaModel, tokenizer: Tokenizer, memory: ContextMemory, firstPosition: Int, capacity: Int,
    decodingThreads: Int?
  ) throws {
    let limit = model.configuration.contextLength
    guard firstPosition + capacity <= limit else {
      throw GenerationError.tooLong(positions: firstPosition + capacity, limit: limit)
    }
    self.model = model
    self.tokenizer = tokenizer
    self.memory = memory
    self.firstPosition = firstPosition
    cache = try KeyValueCache(configuration: model.configuration, capacity: capacity)
    reader = ForwardPass(model: model)
    decoder = decodingThreads.map { DecodingPass(model: model, threads: $0) }
    exactLogits = FloatBuffer(uninitializedCount: decoder == nil ? model.configuration.vocabularySize : 0)
    if case .fixed(let context) = memory { current = context }
  }

  /// Tokens held.
  public var tokenCount: Int { cache.tokenCount }
  /// Tokens for which there is room.
  public var room: Int { cache.capacity - cache.tokenCount }

  /// Reads a prompt, or another turn.
  ///
  /// - Parameters:
  ///   - bosCount: tokens at the start that belong to no chunk: a BOS of the context's own.
  ///   - isolatedCount: so many of them do not see memories.
  ///   - query: what retrieves the first chunk's memories in place of its own text.
  /// - Returns: the logits of what follows; valid until the next call.
  /// - Throws: ``GenerationError``: no tokens, no room; what retrieval throws.
  public func read(
    _ tokens: [Int32], bosCount: Int = 0, isolatedCount: Int = 0, query: String? = nil
  ) throws -> UnsafeBufferPointer<Float> {
    precondition(isolatedCount <= bosCount, "only a BOS is kept from memories")
    guard let last = tokens.last, bosCount < tokens.count else { throw GenerationError.emptyPrompt }
    guard tokens.count <= room else {
      throw GenerationError.tooLong(
        positions: firstPosition + tokenCount + tokens.count, limit: firstPosition + cache.capacity)
    }
    settle()
    // Each prompt begins a chunk of its own.
    chunk = []
    guard let retriever = memory.retriever else {
      prefill(tokens.dropLast(), isolatedCount: isolatedCount)
      return step(last)
    }
    let settings = retriever.settings
    let chunks = PromptChunks.chunks(
      tokens[bosCount...], chunkTokens: settings.chunkTokens, retrievesFirst: current == nil || query != nil)
    func search(_ chunk: PromptChunks.Chunk?, _ query: String? = nil, threads: Int) {
      guard let chunk, chunk.retrieves else { return }
      let query = query ?? text(chunk.tokens)
      background.start(query) { try retriever.hits(for: [query], threads: threads)[0] }
    }
    search(chunks.first, query, threads: 2)
    for (index, chunk) in chunks.enumerated() {
      if let found = try background.take() { try change(to: found.hits, query: found.query, retriever) }
      // The next chunk's memories are searched for while this one is computed.
      search(chunks.dropFirst(index + 1).first, threads: 1)
      // The prompt's last token is computed as the generated ones are: by the pass that gives logits cheapest.
      let end = min(chunk.tokens.endIndex, tokens.endIndex - 1)
      let isFirst = chunk.tokens.startIndex == bosCount
      prefill(tokens[(isFirst ? 0 : chunk.tokens.startIndex)..<end], isolatedCount: isFirst ? isolatedCount : 0)
    }
    chunk = chunks.last.map { $0.tokens.count < settings.chunkTokens ? Array($0.tokens) : [] } ?? []
    return step(last)
  }

  /// Appends a generated token.
  /// - Returns: the logits of what follows; valid until the next call.
  /// - Precondition: there is ``room``.
  /// - Throws: what retrieval throws.
  public func append(_ token: Int32) throws -> UnsafeBufferPointer<Float> {
    guard let retriever = memory.retriever else { return step(token) }
    if let found = try background.take() { try change(to: found.hits, query: found.query, retriever) }
    chunk.append(token)
    retrieveAhead(retriever)
    return step(token)
  }

  /// Waits for what is read ahead, and forgets a query whose memories nobody will read.
  public func settle() { background.cancel() }

  /// Begins what a chunk's end needs, as soon as its tokens are known.
  private func retrieveAhead(_ retriever: MemoryRetriever) {
    let settings = retriever.settings
    if chunk.count == settings.chunkTokens {
      let query = text(chunk[...])
      background.start(query) { try retriever.hits(for: [query])[0] }
      chunk = []
    } else if chunk.count == settings.chunkTokens - settings.prefetchTokens {
      let query = text(chunk[...])
      background.prefetch { try retriever.prefetch(query) }
    }
  }

  private func change(to hits: [ReferenceHit], query: String, _ retriever: MemoryRetriever) throws {
    current = try retriever.context(hits)
    onMemoryChange?(MemoryChange(tokenCount: tokenCount, query: query, hits: hits))
  }

  private func prefill(_ tokens: ArraySlice<Int32>, isolatedCount: Int) {
    guard !tokens.isEmpty else { return }
    reader.run([sequence(Array(tokens), isolatedCount: isolatedCount)])
  }

  private func step(_ token: Int32) -> UnsafeBufferPointer<Float> {
    if let decoder {
      let logits = decoder.run(token: token, position: firstPosition + tokenCount, memory: current, cache: cache)
      return UnsafeBufferPointer(start: logits, count: model.configuration.vocabularySize)
    }
    reader.run([sequence([token], isolatedCount: 0)])
    reader.forEachLogits(rows: [0]) { _, logits in
      exactLogits.pointer.update(from: logits, count: exactLogits.count)
    }
    return UnsafeBufferPointer(exactLogits.elements)
  }

  private func sequence(_ tokens: [Int32], isolatedCount: Int) -> Sequence {
    Sequence(
      tokens: tokens, firstPosition: firstPosition + tokenCount, memory: current, cache: cache,
      isolatedCount: isolatedCount)
  }

  /// The text of tokens, without those that control the model.
  private func text(_ tokens: ArraySlice<Int32>) -> String {
    String(decoding: tokenizer.decode(tokens.filter { !tokenizer.isControl($0) }), as: UTF8.self)
  }
}
