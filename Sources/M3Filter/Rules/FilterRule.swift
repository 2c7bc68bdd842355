/// One criterion of a profile: what is measured, and the bound that a text which is kept must keep.
public struct FilterRule: Sendable, Equatable {
  /// The reason under which a text that fails is counted; where the profile has a source, the source's own word for it.
  public let reason: String
  /// The name of the bound as a setting; where the profile has a source, the source's own: `min_doc_words`.
  public let setting: String
  public var bound: FilterBound

  public init(reason: String, setting: String, _ bound: FilterBound) {
    self.reason = reason
    self.setting = setting
    self.bound = bound
  }
}
