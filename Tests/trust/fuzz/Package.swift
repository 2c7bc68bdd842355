// swift-tools-version: 6.2
import PackageDescription

// The parsers of the package above and what they stand on, built for libFuzzer by `fuzz.py`: nothing of what computes,
// trains, serves or prints. `Product` leads to the package's own sources, so what is fuzzed is what is shipped; `Crypto` to
// what stands in for swift-crypto.

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// - Parameter sources: files and folders of the target that are built; nil for all.
func library(_ name: String, _ dependencies: [Target.Dependency], sources: [String]? = nil) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Product/\(name)", sources: sources, swiftSettings: swiftSettings)
}

func system(_ name: String, pkgConfig: String) -> Target {
  .systemLibrary(name: name, path: "Product/\(name)", pkgConfig: pkgConfig)
}

let package = Package(
  name: "m3-fuzz",
  dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
  targets: [
    system("CZstd", pkgConfig: "libzstd"),
    system("CLZ4", pkgConfig: "liblz4"),
    system("CXXHash", pkgConfig: "libxxhash"),
    system("CZlib", pkgConfig: "zlib"),
    .target(name: "CKernels", path: "Product/CKernels"),
    .systemLibrary(name: "CLibFuzzer", path: "Sources/CLibFuzzer"),
    .target(name: "COpenSSL", path: "Crypto/COpenSSL"),
    .target(name: "Crypto", dependencies: ["COpenSSL"], path: "Crypto/Crypto", swiftSettings: swiftSettings),

    library("M3Parallel", []),
    library("M3Bytes", ["CZstd", "CXXHash", "Crypto"]),
    library("M3JSON", ["M3Bytes"]),
    library("M3Streams", ["M3Bytes", "CZlib", "CLZ4"]),
    library("M3Tensor", ["CKernels"]),
    library("M3Weights", ["M3Bytes", "M3JSON"]),
    library("M3Memory", ["M3Bytes", "M3JSON", "M3Tensor"]),
    library("M3Records", ["M3Bytes", "M3JSON", "M3Streams"]),
    library("M3Stage", ["M3Bytes", "M3JSON"]),
    library("M3Spool", ["M3Bytes", "M3JSON", "M3Memory", "M3Records", "M3Stage", "M3Streams"]),
    library("M3Text", ["M3Bytes", "M3JSON", "M3Weights"]),
    library("M3TextStage", ["M3Bytes", "M3Records", "M3Stage"]),
    library("M3Dedupe", ["M3Bytes", "M3JSON", "M3Records", "M3Stage", "M3Tensor", "M3Text", "M3TextStage"]),
    library("M3Transformer", ["M3Bytes", "M3JSON", "M3Memory", "M3Parallel", "M3Tensor", "M3Text", "M3Weights"]),
    library("M3Codec", ["M3Bytes", "M3JSON", "M3Memory", "M3Tensor"]),
    library("M3Bank", ["M3Bytes", "M3JSON"]),
    library(
      "M3Encoder",
      [
        "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Records", "M3Spool", "M3Stage", "M3Tensor", "M3Text",
        "M3Transformer",
      ]),
    library(
      "M3Retrieval", ["M3Bank", "M3Bytes", "M3JSON", "M3Stage", "M3Tensor", "M3Text", "M3Transformer", "M3Weights"],
      sources: ["Embedding"]),
    library(
      "M3Inference", ["M3Bytes", "M3JSON", "M3Memory", "M3Stage", "M3Tensor", "M3Text", "M3Transformer", "M3Weights"]),
    library("M3Reader", ["M3Bank", "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Parallel", "M3Tensor"]),
    library(
      "M3Command",
      [
        "M3Bytes", "M3Dedupe", "M3Encoder", "M3Inference", "M3JSON", "M3Memory", "M3Records", "M3Text",
        "M3Transformer", "Yams",
      ],
      sources: [
        "SettingsSection", "ChunkSettings", "DedupeSettings", "EncodeSettings", "EncodeSettings+Calibration",
        "FilterSettings", "IndexSettings", "ReadSettings", "ShardSettings",
      ].map { "Settings/\($0).swift" }),

    .target(
      name: "M3TestSupport", dependencies: ["M3Bytes", "M3JSON", "M3Weights"], path: "Support",
      sources: ["GGUFBuilder.swift", "GGUFBuilder+Llama.swift", "Randomness.swift", "SealedJSON.swift"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CLibFuzzer", "CXXHash", "CZlib", "M3Bank", "M3Bytes", "M3Codec", "M3Command", "M3Dedupe", "M3Encoder",
        "M3Inference", "M3JSON", "M3Memory", "M3Reader", "M3Records", "M3Retrieval", "M3Spool", "M3Stage", "M3Streams",
        "M3Tensor", "M3TestSupport", "M3Text", "M3Transformer", "M3Weights",
      ],
      swiftSettings: swiftSettings),
  ]
)
