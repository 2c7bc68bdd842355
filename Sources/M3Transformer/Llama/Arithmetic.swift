/// In which numbers a model's weights meet activations of many tokens. Attention and all else is float32 in either.
public enum Arithmetic: String, Sendable, CaseIterable {
  /// Weights as float32: exact but for the order of sums.
  case float32
  /// Weights in the codes of their file, or in eight bits where no kernel reads those; activations rounded to eight bits,
  /// 32 to a scale. Weights that the file has as floats stay float32.
  case int8
}
