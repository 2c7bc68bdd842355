public import M3Language

/// The language of a text, identified once.
public struct TextLanguage: FilterView {
  public let language: IdentifiedLanguage

  public init(_ text: FilterText) {
    language = text.bytes.withUnsafeBufferPointer { LanguageIdentifier().identify($0) }
  }
}
