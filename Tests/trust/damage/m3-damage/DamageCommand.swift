import Glibc
import M3Bytes
import M3JSON

/// Judges damaged copies of a bank: `m3-damage BANK SCRATCH < mutations > verdicts`.
///
/// SCRATCH is a folder that does not exist yet, best on a tmpfs; the copy lies there. A line of stdin is a mutation
/// (``Mutation``), a line of stdout the verdict on the bank that it makes of the whole one (``Judge``). A verdict is
/// written before the next mutation is read: when this program dies, the mutation behind the last verdict did it.
@main
enum DamageCommand {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      write("usage: m3-damage BANK SCRATCH < mutations > verdicts\n", to: STDERR_FILENO)
      exit(64)
    }
    let bank = try ScratchBank(copying: arguments[1], to: arguments[2])
    defer { bank.remove() }
    let judge = try Judge(path: bank.path)
    while let line = readLine() {
      let mutation = try Mutation(line: line)
      try bank.apply(mutation)
      let verdict = judge.verdict()
      try bank.restore()
      write(String(decoding: verdict.serialized(.compact), as: UTF8.self) + "\n", to: STDOUT_FILENO)
    }
  }

  /// Unbuffered, so that nothing of it is lost when this program dies.
  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard written > 0 else { exit(74) }
      bytes = bytes.dropFirst(written)
    }
  }
}
