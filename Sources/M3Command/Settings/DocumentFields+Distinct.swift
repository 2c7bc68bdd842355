public import M3Records

extension DocumentFields {
  /// Refuses settings in which one name stands for two things.
  /// - Throws: ``UsageError``.
  public func requireDistinct() throws {
    let names = [text, id] + (title.map { [$0] } ?? [])
    guard Set(names).count == names.count else {
      let settings = title == nil ? "text_field, id_field" : "text_field, id_field and title_field"
      throw UsageError("\(settings): one name stands for two of them")
    }
  }
}
