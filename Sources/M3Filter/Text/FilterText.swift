/// A text that several profiles look at, with what they share: each view of it (its lines, its words by one rule or
/// another) is made once, when it is first asked for.
///
/// Not for two threads at a time.
public final class FilterText {
  /// The text in UTF-8, valid.
  public let bytes: [UInt8]
  private var views: [ObjectIdentifier: Any] = [:]

  public init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// A view of the text.
  public func view<View: FilterView>(_ type: View.Type = View.self) -> View {
    let key = ObjectIdentifier(type)
    if let known = views[key] as? View { return known }
    let made = View(self)
    views[key] = made
    return made
  }
}

/// What is read off a text once and serves several rules.
public protocol FilterView {
  init(_ text: FilterText)
}
