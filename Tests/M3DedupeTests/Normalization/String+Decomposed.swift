import Foundation

extension String {
  /// Normalization Form D.
  var decomposed: String { decomposedStringWithCanonicalMapping }
}
