import M3Memory

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ReadingConstants {
  /// Constants of which one memory is read with a share, and `count` memories with the whole bias.
  ///
  /// Training learns to recall sooner than to continue, and one memory that is read as it stands continues better; beside
  /// others the right one needs all of it. Scales have no count to follow, and take the share.
  func tempered(share: Double, wholeAt count: Int) -> ReadingConstants {
    ReadingConstants(
      biases: biases.map { Float(Double($0) * share) },
      crowding: zip(crowding, biases).map { Float(Double($0) + (1 - share) * Double($1) / log(Double(count))) },
      scales: scales.map { Float(pow(Double($0), share)) })
  }
}
