import Glibc
import M3Bytes
import M3TestSupport

/// The target that `M3_FUZZ_TARGET` names.
private let target: any FuzzTarget.Type = {
  let name = environment("M3_FUZZ_TARGET") ?? ""
  guard let found = targets.first(where: { $0.name == name }) else {
    print("M3_FUZZ_TARGET: one of \(targets.map { $0.name }.joined(separator: " "))")
    exit(64)
  }
  return found
}()

/// Whether a bug is planted: ``ShardTarget`` then traps on a value that lies behind three checksums.
let hasPlantedBug = environment("M3_FUZZ_PLANTED_BUG") != nil

/// Whether what becomes of each input is printed.
let isVerbose = environment("M3_FUZZ_VERBOSE") != nil

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// Writes the seeds of all targets and ends, where `M3_FUZZ_SEEDS` names a folder for them.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutableRawPointer) -> CInt {
  guard let folder = environment("M3_FUZZ_SEEDS") else {
    // What is made once is made here, and no input pays for it.
    if let seed = target.seeds.first { target.check(seed) }
    return 0
  }
  do {
    for target in targets {
      let folder = FilePaths.join(folder, target.name)
      try FilePaths.makeDirectory(folder)
      for (index, seed) in target.seeds.enumerated() {
        try AtomicFile.write(seed, to: FilePaths.join(folder, "\(index)"))
      }
    }
  } catch {
    print(error)
    exit(74)
  }
  exit(0)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func runOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

@_cdecl("LLVMFuzzerCustomMutator")
public func mutateOne(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
  var random = Randomness(seed: UInt64(seed))
  let mutated = target.mutate(Array(UnsafeBufferPointer(start: bytes, count: count)), limit: limit, random: &random)
    .prefix(limit)
  for (index, byte) in mutated.enumerated() { bytes[index] = byte }
  return mutated.count
}
