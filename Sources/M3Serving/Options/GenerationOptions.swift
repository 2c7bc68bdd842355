public import ArgumentParser
public import M3Inference

#if canImport(Glibc)
  import Glibc
#endif

/// How tokens are generated.
public struct GenerationOptions: ParsableArguments {
  @Option(help: "Tokens to generate at most.")
  public var maxTokens = 64

  @Option(help: "0 takes the likeliest token; higher is bolder.")
  public var temperature: Float = 0

  @Option(help: "Draws from so many of the likeliest tokens; 0 takes all.")
  public var topK = 0

  @Option(help: "Draws from the likeliest tokens that together have this probability.")
  public var topP: Float = 1

  @Option(help: "The same seed draws the same tokens.")
  public var seed: UInt64 = 0

  @Option(help: "Threads that share the work of a generated token; the default leaves a core to retrieval.")
  public var threads: Int?

  @Flag(
    help: "Computes generated tokens in float32 throughout, several times slower, in place of rounding activations.")
  public var exact = false

  @Option(help: "Kernels to compute with, by name.")
  public var kernel: String?

  public init() {}

  public func validate() throws {
    guard (1...1_000_000).contains(maxTokens) else { throw ValidationError("--max-tokens takes 1 to 1000000") }
    guard temperature >= 0, temperature.isFinite else { throw ValidationError("--temperature takes 0 and more") }
    guard topK >= 0 else { throw ValidationError("--top-k takes 0 and more") }
    guard topP > 0, topP <= 1 else { throw ValidationError("--top-p takes more than 0, up to 1") }
    guard threads.map({ (1...256).contains($0) }) ?? true else { throw ValidationError("--threads takes 1 to 256") }
  }

  public var sampling: Sampler.Settings {
    var settings = Sampler.Settings()
    (settings.temperature, settings.topK, settings.topP, settings.seed) = (temperature, topK, topP, seed)
    return settings
  }

  /// Nil where generated tokens are computed exactly.
  public var decodingThreads: Int? {
    if exact { return nil }
    return threads ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1)
  }
}
