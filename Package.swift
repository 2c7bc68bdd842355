// swift-tools-version: 6.2
import PackageDescription

// The floors of the architecture, top to bottom; arrows only point down.
//   4 tools        m3-chunk m3-dedupe m3-filter m3-encode m3-quantize m3-shard m3-index m3-verify m3-read m3-plan m3-bench,
//                  M3Command, M3Serving
//   3 composition  M3Encoder M3Quantizer M3Sharding M3Retrieval M3Inference M3Reader
//   2 domain       M3Chunking M3Dedupe M3Filter M3Planning M3Transformer M3Codec M3Bank
//   1 ground       M3Bytes M3JSON M3Streams M3Tensor M3Weights M3Memory M3Spool M3Text M3Language M3Records M3Stage
//                  M3TextStage M3Parallel
//   0 C            CZstd CLZ4 CXXHash CZlib, CKernels, CFaiss, CLAPACK, CCLD2, CICU

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name,
    dependencies: dependencies + ["M3Command", .product(name: "ArgumentParser", package: "swift-argument-parser")],
    swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["M3TestSupport"], swiftSettings: swiftSettings)
}

func system(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
  name: "m3",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // 0 C
    system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
    system("CLZ4", pkgConfig: "liblz4", apt: "liblz4-dev"),
    system("CXXHash", pkgConfig: "libxxhash", apt: "libxxhash-dev"),
    system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    .target(name: "CKernels"),
    .target(
      name: "CFaiss",
      linkerSettings: ["faiss", "lapack", "blas", "gomp", "m"].map { .linkedLibrary($0) }),
    .target(name: "CLAPACK", linkerSettings: ["lapack", "blas"].map { .linkedLibrary($0) }),
    .target(name: "CCLD2", linkerSettings: [.linkedLibrary("cld2")]),
    .target(name: "CICU", linkerSettings: ["icui18n", "icuuc", "icudata"].map { .linkedLibrary($0) }),

    // 1 ground
    library("M3Parallel", []),
    library("M3Bytes", ["CZstd", "CXXHash", .product(name: "Crypto", package: "swift-crypto")]),
    library("M3JSON", ["M3Bytes"]),
    library("M3Streams", ["M3Bytes", "CZlib", "CLZ4"]),
    library("M3Tensor", ["CKernels"]),
    library("M3Weights", ["M3Bytes", "M3JSON"]),
    library("M3Memory", ["M3Bytes", "M3JSON", "M3Tensor"]),
    library("M3Spool", ["M3Bytes", "M3JSON", "M3Memory", "M3Records", "M3Stage", "M3Streams"]),
    library("M3Text", ["M3Bytes", "M3JSON", "M3Weights"]),
    library("M3Language", ["CCLD2", "CICU"]),
    library("M3Records", ["M3Bytes", "M3JSON", "M3Streams"]),
    library("M3Stage", ["M3Bytes", "M3JSON"]),
    library("M3TextStage", ["M3Bytes", "M3Records", "M3Stage"]),

    // 2 domain
    library("M3Chunking", ["M3Bytes", "M3JSON", "M3Records", "M3Stage", "M3Text", "M3TextStage"]),
    library(
      "M3Dedupe", ["M3Bytes", "M3JSON", "M3Records", "M3Stage", "M3Tensor", "M3Text", "M3TextStage"]),
    library(
      "M3Filter", ["M3Bytes", "M3JSON", "M3Language", "M3Parallel", "M3Records", "M3Stage", "M3Text", "M3TextStage"]),
    library("M3Planning", ["M3JSON"]),
    library("M3Transformer", ["M3Bytes", "M3JSON", "M3Memory", "M3Parallel", "M3Tensor", "M3Text", "M3Weights"]),
    library("M3Codec", ["M3Bytes", "M3JSON", "M3Memory", "M3Tensor"]),
    library("M3Bank", ["M3Bytes", "M3JSON"]),

    // 3 composition
    library(
      "M3Encoder",
      [
        "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Records", "M3Spool", "M3Stage", "M3Tensor", "M3Text",
        "M3Transformer",
      ]),
    library(
      "M3Quantizer",
      [
        "CLAPACK", "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Parallel", "M3Records", "M3Spool", "M3Stage",
        "M3Tensor", "M3Text", "M3Transformer",
      ]),
    library("M3Sharding", ["M3Bank", "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Records", "M3Spool", "M3Stage"]),
    library(
      "M3Retrieval",
      ["CFaiss", "M3Bank", "M3Bytes", "M3JSON", "M3Stage", "M3Tensor", "M3Text", "M3Transformer", "M3Weights"]),
    library(
      "M3Inference",
      ["M3Bytes", "M3JSON", "M3Memory", "M3Stage", "M3Tensor", "M3Text", "M3Transformer", "M3Weights"]),
    library("M3Reader", ["M3Bank", "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Parallel", "M3Tensor"]),

    // 4 tools
    library(
      "M3Command",
      [
        "M3Bytes", "M3Codec", "M3Dedupe", "M3Encoder", "M3Inference", "M3JSON", "M3Memory", "M3Parallel", "M3Quantizer",
        "M3Records", "M3Spool", "M3Stage", "M3Tensor", "M3Text", "M3Transformer", "M3Weights", "Yams",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    library(
      "M3Serving",
      [
        "M3Bank", "M3Bytes", "M3Codec", "M3Command", "M3Encoder", "M3Inference", "M3JSON", "M3Memory", "M3Quantizer",
        "M3Reader", "M3Retrieval", "M3Stage", "M3Tensor", "M3Text", "M3Transformer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    tool("m3-chunk", ["M3Chunking", "M3JSON", "M3Records", "M3Stage", "M3Text"]),
    tool("m3-dedupe", ["M3Dedupe", "M3JSON", "M3Records", "M3Stage"]),
    tool(
      "m3-filter",
      ["M3Bytes", "M3Filter", "M3JSON", "M3Records", "M3Retrieval", "M3Stage", "M3Text", "M3TextStage"]),
    tool(
      "m3-encode", ["M3Encoder", "M3JSON", "M3Memory", "M3Stage", "M3Tensor", "M3Transformer", "M3Text", "M3Bytes"]),
    tool(
      "m3-quantize",
      [
        "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Quantizer", "M3Spool", "M3Stage", "M3Tensor", "M3Text",
        "M3Transformer", .product(name: "Logging", package: "swift-log"),
      ]),
    tool("m3-plan", ["M3JSON", "M3Planning", "M3Transformer", "M3Weights"]),
    tool("m3-shard", ["M3Bank", "M3Bytes", "M3JSON", "M3Sharding", "M3Stage"]),
    tool("m3-verify", ["M3Bank", "M3Bytes", "M3JSON", "M3Reader", "M3Serving"]),
    tool(
      "m3-read",
      [
        "M3Bank", "M3Bytes", "M3Codec", "M3Inference", "M3JSON", "M3Memory", "M3Reader", "M3Serving", "M3Stage",
        "M3Text", "M3Transformer",
      ]),
    tool("m3-index", ["M3Bank", "M3Bytes", "M3Retrieval", "M3Stage", "M3Text"]),
    tool(
      "m3-bench",
      [
        "M3Bank", "M3Bytes", "M3Codec", "M3Dedupe", "M3Encoder", "M3Filter", "M3Inference", "M3JSON", "M3Memory",
        "M3Quantizer", "M3Reader", "M3Records", "M3Serving", "M3Sharding", "M3Spool", "M3Stage", "M3Tensor", "M3Text",
        "M3Transformer",
      ]),

    .executableTarget(
      name: "m3-load", dependencies: ["M3Bank", "M3Bytes", "M3Memory", "M3Reader", "M3Tensor"],
      path: "Tests/trust/load/m3-load", swiftSettings: swiftSettings),

    // tests
    // Judges damaged banks for Tests/trust/damage; nothing that a user installs.
    .executableTarget(
      name: "m3-damage", dependencies: ["M3Bank", "M3Bytes", "M3JSON", "M3Reader"],
      path: "Tests/trust/damage/m3-damage", swiftSettings: swiftSettings),
    .target(
      name: "M3TestSupport", dependencies: ["M3Bytes", "M3JSON", "M3Weights"], path: "Tests/M3TestSupport",
      swiftSettings: swiftSettings),
    tests("M3ParallelTests", ["M3Parallel"]),
    tests("M3BytesTests", ["M3Bytes"]),
    tests("M3JSONTests", ["M3Bytes", "M3JSON"]),
    tests("M3StreamsTests", ["M3Bytes", "M3Streams"]),
    tests("M3TensorTests", ["M3Bytes", "M3JSON", "M3Tensor"]),
    tests("M3WeightsTests", ["M3Bytes", "M3Weights"]),
    tests("M3MemoryTests", ["M3Bytes", "M3JSON", "M3Memory"]),
    tests("M3SpoolTests", ["M3Bytes", "M3JSON", "M3Memory", "M3Spool", "M3Streams"]),
    tests("M3TextTests", ["M3Bytes", "M3JSON", "M3Text", "M3Weights"]),
    tests("M3RecordsTests", ["M3Bytes", "M3JSON", "M3Records", "M3Streams"]),
    tests(
      "M3ChunkingTests",
      ["M3Bytes", "M3Chunking", "M3JSON", "M3Records", "M3Stage", "M3Streams", "M3Text", "M3TextStage", "M3Weights"]),
    tests(
      "M3DedupeTests",
      ["M3Bytes", "M3Dedupe", "M3JSON", "M3Records", "M3Stage", "M3Streams", "M3Tensor", "M3Text", "M3TextStage"]),
    tests(
      "M3FilterTests",
      ["M3Bytes", "M3Filter", "M3JSON", "M3Language", "M3Records", "M3Stage", "M3Streams", "M3Text", "M3TextStage"]),
    tests("M3LanguageTests", ["M3Language"]),
    tests(
      "M3TransformerTests", ["M3Bytes", "M3JSON", "M3Memory", "M3Tensor", "M3Text", "M3Transformer", "M3Weights"]),
    tests("M3CodecTests", ["M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Tensor"]),
    tests("M3PlanningTests", ["M3Codec", "M3JSON", "M3Memory", "M3Planning"]),
    tests(
      "M3QuantizerTests",
      [
        "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Quantizer", "M3Records", "M3Spool", "M3Stage", "M3Tensor",
        "M3Text", "M3Transformer", "M3Weights",
      ]),
    tests("M3BankTests", ["M3Bank", "M3Bytes", "M3JSON"]),
    tests(
      "M3EncoderTests",
      [
        "M3Bytes", "M3Codec", "M3Encoder", "M3JSON", "M3Memory", "M3Records", "M3Spool", "M3Stage", "M3Tensor",
        "M3Text",
        "M3Transformer", "M3Weights",
      ]),
    tests(
      "M3InferenceTests",
      [
        "M3Bytes", "M3Encoder", "M3Inference", "M3JSON", "M3Memory", "M3Records", "M3Tensor", "M3Text", "M3Transformer",
        "M3Weights",
      ]),
    tests("M3ReaderTests", ["M3Bank", "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Reader", "M3Tensor"]),
    tests(
      "M3RetrievalTests",
      ["M3Bank", "M3Bytes", "M3JSON", "M3Retrieval", "M3Stage", "M3Tensor", "M3Text", "M3Transformer", "M3Weights"]),
    tests("M3StageTests", ["M3Bytes", "M3JSON", "M3Stage"]),
    tests("M3ToolTests", ["M3Bank", "M3Bytes", "M3JSON", "M3Streams"]),
    tests(
      "M3CommandTests",
      [
        "M3Bytes", "M3Command", "M3Encoder", "M3JSON", "M3Memory", "M3Stage",
        .product(name: "Logging", package: "swift-log"),
      ]),
  ]
)
