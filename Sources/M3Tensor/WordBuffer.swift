internal import CKernels

/// Words as they are found in a text, in memory of the caller.
public struct WordBuffer {
  /// Words with one space behind each but one that has not ended.
  public var bytes: UnsafeMutablePointer<UInt8>
  public var byteCount: Int
  /// Whether the last word has not ended.
  public var isInWord: Bool

  /// Elements that kernels may write behind those that they give.
  public static let slack = Int(M3_WORDS_SLACK)

  public init(bytes: UnsafeMutablePointer<UInt8>, byteCount: Int, isInWord: Bool) {
    (self.bytes, self.byteCount, self.isInWord) = (bytes, byteCount, isInWord)
  }
}
