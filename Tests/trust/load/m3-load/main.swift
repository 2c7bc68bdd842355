import Dispatch
import M3Bank
import M3Bytes
import M3Memory
import M3Reader
import M3Tensor
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

// m3-load read BANK THREADS SECONDS    reads while others change the bank's files; the content when it starts is the truth
// m3-load forge SHARD OUTPUT           another shard of the same identity, size and index: what no reader can tell apart
//
// `read` prints "ready" when it knows the truth, and one line of JSON at the end.

func write(_ text: String, to descriptor: Int32) {
  let bytes = Array(text.utf8) + [0x0A]
  _ = write(descriptor, bytes, bytes.count)
}

func say(_ text: String) { write(text, to: STDOUT_FILENO) }
func complain(_ text: String) { write(text, to: STDERR_FILENO) }

/// One thread's counts.
struct Tally {
  var reads = 0
  var answers = 0
  var errors = 0
  var opened = 0
  var wrong: [String] = []

  static func + (left: Tally, right: Tally) -> Tally {
    Tally(
      reads: left.reads + right.reads, answers: left.answers + right.answers, errors: left.errors + right.errors,
      opened: left.opened + right.opened, wrong: left.wrong + right.wrong)
  }
}

/// Hashes of all that can be read of a bank.
struct Truth: Sendable {
  let ids: [String]
  let records: [UInt64]
  let memories: [UInt64]

  init(_ bank: MemoryBank) throws {
    let found = try (0..<bank.count).map { try bank.record(index: $0) }
    ids = found.map(\.id)
    records = found.map(hash)
    memories = try (0..<bank.count).map { hash(try bank.rotatedMemory(at: $0)) }
  }
}

func hash(_ record: BankRecord) -> UInt64 {
  XXH3.hash64(Array(record.id.utf8) + record.source + Array(record.text.utf8) + record.payload, seed: record.number)
}

func hash(_ memory: RotatedMemory) -> UInt64 {
  let count = memory.rowCount * memory.shape.headDimension
  func bytes(_ buffer: FloatBuffer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: buffer.pointer, count: 4 * count)
  }
  let offsets = memory.offsets.reduce(0) { $0 &* 31 &+ UInt64($1) }
  return XXH3.hash64(bytes(memory.keys), seed: offsets) ^ XXH3.hash64(bytes(memory.values), seed: ~offsets)
}

/// Reads at random until the time is over.
func read(_ path: String, _ truth: Truth, thread: Int, until end: ContinuousClock.Instant) -> Tally {
  var random = SplitMix64(state: UInt64(thread))
  var tally = Tally()
  var bank: MemoryBank?
  func place() -> Int { Int(random.next() % UInt64(truth.records.count)) }
  func check(_ found: UInt64, _ expected: UInt64, _ what: String) {
    if found == expected { tally.answers += 1 } else { tally.wrong.append(what) }
  }
  while ContinuousClock.now < end {
    tally.reads += 1
    do {
      // A bank that is open keeps its shards' files; a new one meets what lies there now.
      if bank == nil || random.next() % 64 == 0 {
        bank = try MemoryBank(path: path)
        tally.opened += 1
      }
      guard let bank else { continue }
      switch random.next() % 4 {
      case 0:
        let index = place()
        check(hash(try bank.record(index: index)), truth.records[index], "record \(index)")
      case 1:
        let index = place()
        check(hash(try bank.record(id: truth.ids[index])), truth.records[index], "record \(truth.ids[index])")
      case 2:
        let index = place()
        check(hash(try bank.rotatedMemory(at: index)), truth.memories[index], "memory \(index)")
      default:
        let indices = (0..<5).map { _ in place() }
        for (index, memory) in zip(indices, try bank.rotatedMemories(at: indices)) {
          check(hash(memory), truth.memories[index], "memory \(index) of five")
        }
      }
    } catch is FormatError {
      tally.errors += 1
    } catch is FileError {
      tally.errors += 1
    } catch {
      tally.wrong.append("an error of no known type: \(error)")
    }
  }
  return tally
}

func residentBytes() -> Int {
  guard let text = try? ReadableFile.stream("/proc/self/statm") else { return 0 }
  return (Int(text.split(separator: " ")[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
}

extension ReadableFile {
  /// A file of /proc, whose size is not known before it is read.
  static func stream(_ path: String) throws -> String {
    String(decoding: try ReadableFile(path: path).read(upTo: 1 << 12, at: 0), as: UTF8.self)
  }
}

func descriptorCount() -> Int { (try? FilePaths.list("/proc/self/fd").count) ?? 0 }

/// Runs all threads for so long.
func load(_ path: String, _ truth: Truth, threads: Int, seconds: Double) -> Tally {
  let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
  let total = Mutex(Tally())
  let group = DispatchGroup()
  for thread in 0..<threads {
    // A thread each: a pool would run as many as there are cores.
    group.enter()
    let attributes = UnsafeMutablePointer<pthread_t>.allocate(capacity: 1)
    let body = Unmanaged.passRetained(
      Body {
        let tally = read(path, truth, thread: thread, until: end)
        total.withLock { $0 = $0 + tally }
        group.leave()
      })
    pthread_create(
      attributes, nil,
      {
        Unmanaged<Body>.fromOpaque($0!).takeRetainedValue().run(); return nil
      }, body.toOpaque())
    pthread_detach(attributes.pointee)
    attributes.deallocate()
  }
  group.wait()
  return total.withLock { $0 }
}

final class Body {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

func readCommand(_ path: String, threads: Int, seconds: Double) throws {
  let truth = try Truth(MemoryBank(path: path))
  say("ready")
  let first = load(path, truth, threads: threads, seconds: 1)
  let before = (memory: residentBytes(), descriptors: descriptorCount())
  let rest = load(path, truth, threads: threads, seconds: max(0, seconds - 1))
  let after = (memory: residentBytes(), descriptors: descriptorCount())
  let total = first + rest
  for what in total.wrong.prefix(10) { complain("wrong: \(what)") }
  say(
    #"{"reads":\#(total.reads),"answers":\#(total.answers),"errors":\#(total.errors),"wrong":\#(total.wrong.count),"#
      + #""opened":\#(total.opened),"memory_before":\#(before.memory),"memory_after":\#(after.memory),"#
      + #""descriptors_before":\#(before.descriptors),"descriptors_after":\#(after.descriptors)}"#)
}

/// Writes a shard in which one payload differs by a bit, of the same size and index but for the record's own sum.
func forge(_ path: String, to output: String) throws {
  let reader = try ShardReader(path: path)
  for bit in 0..<4096 {
    let writer = try ShardWriter(path: output, identity: reader.identity, count: reader.count)
    for position in 0..<reader.count {
      let record = try reader.record(at: position)
      var payload = record.payload
      if position == 0 { payload[payload.count - 1 - bit / 8] ^= 1 << UInt8(bit % 8) }
      try writer.append(id: record.id, source: record.source, text: record.text, payload: payload)
    }
    if try writer.commit().size == reader.size { return }
  }
  throw FormatError(.malformed("no bit leaves the size"), field: "shard", file: path)
}

let arguments = CommandLine.arguments
do {
  switch arguments.count > 1 ? arguments[1] : "" {
  case "read" where arguments.count == 5:
    try readCommand(arguments[2], threads: Int(arguments[3]) ?? 16, seconds: Double(arguments[4]) ?? 20)
  case "forge" where arguments.count == 4: try forge(arguments[2], to: arguments[3])
  default:
    complain("m3-load read BANK THREADS SECONDS | m3-load forge SHARD OUTPUT")
    exit(64)
  }
} catch {
  complain("m3-load: \(error)")
  exit(70)
}
