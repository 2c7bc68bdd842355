import ArgumentParser

/// `NAME=BANK`: what a bank is called.
struct BankLabel: ExpressibleByArgument {
  let name: String
  let bank: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    (name, bank) = (String(parts[0]), String(parts[1]))
  }
}
