public import M3Text

/// Cuts a document's text into chunks of bounded token count.
///
/// - A text within the bound is one chunk, unchanged byte for byte. White space alone gives none, and
///   nor do characters for which the vocabulary has no token.
/// - Otherwise chunks begin and end at characters that are not white space; the white space between
///   them is in neither. They are in order, do not overlap, and leave out nothing else.
/// - A cut is made at the best kind of break (``BreakKind``) that lies in the upper half of the
///   bound; among breaks of one kind at the last one. When the rest of the text needs only one
///   cut more, it is made near the middle of the rest: between its first and its last quarter,
///   at the best kind of break, among breaks of one kind at the one nearest to the middle.
/// - Within a word a cut is made only where the window has no break between words at all: between
///   characters as readers see them (grapheme clusters), or between code points where a single such
///   character exceeds the bound.
///
/// The time is linear in the text, and the same input gives the same chunks.
public struct Chunker: Sendable {
  public let tokenizer: Tokenizer
  public let configuration: ChunkConfiguration

  public init(tokenizer: Tokenizer, configuration: ChunkConfiguration = ChunkConfiguration()) {
    self.tokenizer = tokenizer
    self.configuration = configuration
  }

  /// The chunks of a text.
  ///
  /// With a title, each chunk's text is the title, `: ` and a part of the document:
  /// `Cat: A cat is …`. White space within the title becomes single spaces. A title whose prefix
  /// takes more than half of the bound loses words from its end until it does not; if its first
  /// word alone is too long there is no prefix.
  public func chunks(of text: String, title: String? = nil) -> [Chunk] {
    var text = text
    let prefix = prefix(of: title)
    return text.withUTF8 { utf8 in
      var cutter = DocumentCutter(
        text: utf8, prefix: prefix, tokenizer: tokenizer, bound: configuration.maximumTokens)
      return cutter.chunks()
    }
  }

  private func prefix(of title: String?) -> [UInt8] {
    let limit = configuration.maximumTokens / 2
    // No word has less than a token.
    var words = (title?.unicodeScalars.split(whereSeparator: \.properties.isWhitespace) ?? []).prefix(limit)
    while !words.isEmpty {
      let prefix = words.map { String($0) }.joined(separator: " ") + ChunkConfiguration.titleSeparator
      if tokenizer.encode(prefix).count <= limit { return Array(prefix.utf8) }
      words.removeLast()
    }
    return []
  }
}
