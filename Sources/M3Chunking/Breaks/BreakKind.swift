/// Places where a text can be cut between words, the best first.
///
/// Paragraph, sentence and word are what the paper's references need; a line's end and a clause's end
/// are better than any other end of a word, in lists and tables, and in sentences too long for a chunk.
package enum BreakKind: CaseIterable, Sendable {
  /// A blank line, U+2029, or the end of a line that is the end of a sentence.
  case paragraph
  case sentence
  /// The end of a line within a sentence, or of a heading or a list's entry.
  case line
  /// White space behind `,` `;` `:` or a dash, or one of those of scripts that need no space.
  case clause
  /// White space, or the place between two characters of which one is Chinese or Japanese.
  case word
}

/// The end of a chunk that could be.
package struct TextBreak: Equatable {
  /// The offset behind a character that is not white space.
  package var position: Int
  package var kind: BreakKind
}
