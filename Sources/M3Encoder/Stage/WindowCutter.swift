/// References that are encoded together, with their names.
package struct ReferenceWindow: Sendable {
  package var references: [TokenizedReference]
  /// So many at the start have their memories from the window before.
  package var precedingCount: Int

  package init(references: [TokenizedReference], precedingCount: Int = 0) {
    self.references = references
    self.precedingCount = precedingCount
  }

  package var tokenCount: Int { references.reduce(0) { $0 + $1.tokens.count } }
  package var own: ArraySlice<TokenizedReference> { references[precedingCount...] }
  package var tokens: DocumentWindow {
    DocumentWindow(references: references.map(\.tokens), precedingCount: precedingCount)
  }
}

/// Puts the consecutive references of a document into windows; holds one window.
///
/// A document of at most `tokenLimit` tokens is one window. A longer one is cut into several, and each but the first
/// begins with the most recent references that fit into half of the limit, so that every reference but the document's
/// first has seen about half of the limit, or all that stands before it.
package struct WindowCutter {
  /// Tokens of a window; a longer reference is a window of its own.
  private let tokenLimit: Int
  private let context: EncodingContext
  private var window: ReferenceWindow?

  package init(context: EncodingContext, tokenLimit: Int) {
    self.context = context
    self.tokenLimit = tokenLimit
  }

  /// Windows that leave room for the BOS in a model's context.
  package init(_ configuration: EncoderConfiguration, contextLength: Int, bosTokenCount: Int) {
    self.init(
      context: configuration.context, tokenLimit: min(configuration.documentTokens, contextLength - bosTokenCount))
  }

  /// Takes the next reference.
  /// - Returns: the window that it ends.
  package mutating func append(_ reference: TokenizedReference) -> ReferenceWindow? {
    guard var window, continues(window, reference) else {
      defer { window = ReferenceWindow(references: [reference]) }
      return finish()
    }
    guard window.tokenCount + reference.tokens.count > tokenLimit else {
      window.references.append(reference)
      self.window = window
      return nil
    }
    let preceding = tail(of: window, room: min(tokenLimit / 2, tokenLimit - reference.tokens.count))
    defer { self.window = ReferenceWindow(references: preceding + [reference], precedingCount: preceding.count) }
    return window
  }

  /// The last window.
  package mutating func finish() -> ReferenceWindow? {
    defer { window = nil }
    return window
  }

  private func continues(_ window: ReferenceWindow, _ reference: TokenizedReference) -> Bool {
    context == .document && window.references.last!.documentID.utf8.elementsEqual(reference.documentID.utf8)
  }

  /// The last references of a window, as many as have at most `room` tokens together.
  private func tail(of window: ReferenceWindow, room: Int) -> ArraySlice<TokenizedReference> {
    var first = window.references.endIndex
    var left = room
    while first > 0, window.references[first - 1].tokens.count <= left {
      first -= 1
      left -= window.references[first].tokens.count
    }
    return window.references[first...]
  }
}
