import Foundation
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

/// Keys, and the cross-check of signatures, are of OpenSSL 3, which apt-get installs wherever Swift runs.
@Suite("m3-shard --sign, m3-index --sign, m3-verify --public-key")
struct SignatureToolTests {
  private static let embedder = ["--embedder", Fixtures.path("bert/tiny")]
  private let workspace = Workspace()

  init() throws {
    for folder in ["references", "memories"] {
      try workspace.restore(try SharedBank.workspace.snapshot(folder), to: folder)
    }
    for name in ["key", "other"] {
      try openssl(["genpkey", "-algorithm", "ed25519", "-out", "\(name).pem"])
      try openssl(["pkey", "-in", "\(name).pem", "-pubout", "-out", "\(name).pub"])
    }
  }

  @discardableResult
  private func openssl(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: try workspace.path)
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  private func verify(_ more: [String] = ["--public-key", "key.pub"]) throws -> ToolRun {
    try workspace.run(.verify, ["bank", "--progress", "none"] + more)
  }

  private func status() throws -> JSONValue? {
    try verify(["--public-key", "key.pub", "--json"]).json()["signature"]?.objectValue?["status"]
  }

  @Test("a signed bank is verified by its key and by no other; without one the report says what it did not check")
  func signed() throws {
    expect(try workspace.shard(["--sign", "key.pem"]), Exit.ok)
    #expect(try expect(verify(), Exit.ok).output.contains("accidents and malice are excluded"))
    #expect(try status() == "valid")
    expect(try verify(["--public-key", "other.pub"]), Exit.badData, ["signature.json", "signed by key"])
    let unchecked = try expect(verify([]), Exit.ok)
    #expect(unchecked.output.contains("was not checked") && unchecked.output.contains("only accidents are excluded"))
    let report = try #require(verify(["--json"]).json()["signature"]?.objectValue)
    #expect(report["status"] == "unchecked" && report["excludes_malice"] == false)
    let info = try expect(workspace.run(.read, ["info", "bank"]), Exit.ok)
    #expect(info.output.contains(try #require(report["key"]?.stringValue)))
  }

  @Test("a bank without a signature has the root that it has with one, and is refused where a key asks for one")
  func unsigned() throws {
    expect(try workspace.shard(), Exit.ok)
    let root = try verify(["--json"]).json()["root"]
    #expect(try expect(verify([]), Exit.ok).output.contains("not signed: only accidents are excluded"))
    expect(try verify(), Exit.badData, ["signature.json", "the bank is not signed"])
    #expect(try status() == "refused")
    // To sign is all that is left to do.
    expect(try workspace.shard(["--sign", "key.pem"]), Exit.ok)
    expect(try verify(), Exit.ok)
    #expect(try verify(["--json"]).json()["root"] == root)
    let files = try workspace.snapshot("bank")
    expect(try workspace.shard(["--sign", "key.pem"]), Exit.ok, ["nothing to do"])
    #expect(try workspace.snapshot("bank") == files)
    // A run that changes nothing leaves the signature; another key replaces it.
    expect(try workspace.shard(), Exit.ok, ["nothing to do"])
    #expect(try workspace.snapshot("bank") == files)
    expect(try workspace.shard(["--sign", "other.pem"]), Exit.ok)
    expect(try verify(), Exit.badData)
    expect(try verify(["--public-key", "other.pub"]), Exit.ok)
  }

  @Test("OpenSSL verifies what we sign, by the message that the article gives")
  func openSSL() throws {
    expect(try workspace.shard(["--sign", "key.pem"]), Exit.ok)
    let manifest = try workspace.json("bank/manifest.json")
    func text(_ key: String) throws -> String { try #require(manifest[key]?.stringValue) }
    let message =
      "m3-bank-signature 1\nbank_id \(try text("bank_id"))\nroot \(try text("root"))\nmanifest_sha256 \(try text("manifest_sha256"))\n"
    let signature = try #require(
      workspace.json("bank/signature.json")["signature"]?.stringValue.flatMap(Hexadecimal.bytes))
    try workspace.write(signature, "signature")
    try workspace.write(message, "message")
    func check(_ key: String) throws -> Int32 {
      try openssl([
        "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-in", "message", "-sigfile", "signature",
      ])
    }
    #expect(try check("key.pub") == 0)
    #expect(try check("other.pub") != 0)
    try workspace.write(message + " ", "message")
    #expect(try check("key.pub") != 0)
  }

  @Test("a bank that was changed and sealed anew, and the signature of another bank")
  func forged() throws {
    expect(try workspace.shard(["--sign", "key.pem"]), Exit.ok)
    let signature = try workspace.read("bank/signature.json")
    var content = try ForgedBank(workspace.file("bank"))
    content.records.removeLast()
    try content.write(to: workspace.file("forged"))
    try workspace.write(signature, "forged/signature.json")
    let arguments = ["forged", "--progress", "none"]
    expect(
      try workspace.run(.verify, arguments + ["--public-key", "key.pub"]), Exit.badData,
      ["signature.json", "expected", "found"])
    expect(try workspace.run(.verify, arguments), Exit.badData, ["signature.json"])
    try FilePaths.remove(workspace.file("forged/signature.json"))
    expect(try workspace.run(.verify, arguments), Exit.ok)
    expect(try workspace.run(.verify, arguments + ["--public-key", "key.pub"]), Exit.badData, ["not signed"])
  }

  @Test("a bank that is packed anew without a key loses its signature rather than keep a stale one")
  func stale() throws {
    expect(try workspace.shard(["--sign", "key.pem"]), Exit.ok)
    let signature = try workspace.read("bank/signature.json")
    // The bank is gone, its signature has stayed; what is packed now is another one.
    try FileManager.default.removeItem(atPath: workspace.file("bank"))
    try FileManager.default.removeItem(atPath: workspace.file("bank.stage"))
    expect(try workspace.shard(["--codec", "bf16"]), Exit.ok)
    try workspace.write(signature, "bank/signature.json")
    expect(try verify([]), Exit.badData, ["signature.json"])
    expect(try workspace.shard(["--codec", "bf16"]), Exit.ok)
    #expect(try FilePaths.kind(workspace.file("bank/signature.json")) == nil)
    expect(try verify([]), Exit.ok)
  }

  @Test("an index wants a signature of its own, and loses it with what it signs")
  func index() throws {
    expect(try workspace.shard(["--sign", "key.pem"]), Exit.ok)
    let index = ["bank"] + Self.embedder
    expect(try workspace.run(.index, index), Exit.ok)
    expect(try verify(), Exit.badData, ["index-signature.json", "its index is not signed"])
    expect(try workspace.run(.index, index + ["--sign", "key.pem"]), Exit.ok)
    expect(try verify(), Exit.ok)
    expect(try workspace.run(.index, index), Exit.ok, ["nothing to do"])
    expect(try verify(), Exit.ok)
    expect(try workspace.run(.index, index + ["--sign", "other.pem"]), Exit.ok)
    expect(try verify(), Exit.badData, ["index-signature.json", "signed by key"])
    // Another index.
    try FileManager.default.removeItem(atPath: workspace.file("bank.index"))
    expect(try workspace.run(.index, index + ["--factory", "HNSW8"]), Exit.ok)
    #expect(try FilePaths.kind(workspace.file("bank/index-signature.json")) == nil)
    expect(try verify([]), Exit.ok)
  }

  @Test("a file that is no key is refused by name before anything is written, and not quoted")
  func keys() throws {
    try workspace.write("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n", "bad.pem")
    for key in ["bad.pem", "key.pub"] {
      let run = expect(try workspace.shard(["--sign", key]), Exit.badData, [key, "Ed25519 private key"])
      #expect(!run.errors.contains("secret"))
    }
    #expect(try FilePaths.kind(workspace.file("bank")) == nil)
    expect(try workspace.shard(["--sign", "nowhere.pem"]), Exit.missing, ["nowhere.pem"])
    expect(try workspace.shard(["--sign", "key.pem"]), Exit.ok)
    expect(try verify(["--public-key", "key.pem"]), Exit.badData, ["key.pem", "Ed25519 public key"])
  }
}
