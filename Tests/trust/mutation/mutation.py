#!/usr/bin/env python3
"""Leaves out each check of the bank's verifier and reader in turn; the tests must fail each time.

    python3 Tests/trust/mutation/mutation.py [--short] [--result FILE] [--only TEXT] [--list] [--package DIR] [--record]

checks.py finds every check in the sources below and puts a switch into it, so that one build (in .cache/mutation) holds
all mutants; `M3_MUTANT=n` leaves out the n-th. A mutant is caught when M3BankTests, M3ReaderTests, M3BytesTests or M3JSONTests
fail, or, where they do not, when damage.py loses something on `fixtures/bank/v1`. One that nothing catches is a missing test,
unless it is listed in equivalents.py, with the reason why nobody could see it.

caught.json says which test caught each check last, so that this one is tried first; where it passes, all are run, as
without --short. --record writes it anew. --short takes equivalents at their word. --list prints the checks.
"""
from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Tuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(HERE.parent)]

import results  # noqa: E402
from checks import SWITCH, Check, switched  # noqa: E402
from equivalents import EQUIVALENTS  # noqa: E402

# All files of a module, or some. What only writes is not here.
MUTATED = {
    "M3Bank": None,
    "M3Reader": None,
    "M3Bytes": ["Compression/ZstdFrame.swift", "Compression/ZstdDecompressor.swift", "Fields/ByteReader.swift"],
    "M3JSON": ["Values/SealedFields.swift", "Values/JSONValue+Parsing.swift"],
}
WRITERS = ["M3Bank/Shard/ShardWriter.swift", "M3Bank/Assembly/BankAssembly.swift"]
PLAIN = ["CZstd", "CXXHash", "CKernels", "M3Tensor", "M3Memory", "M3Codec", "M3Parallel", "M3Weights"]
TESTS = ["M3BankTests", "M3ReaderTests", "M3BytesTests", "M3JSONTests"]
# Seconds for the tests, which take a few.
PATIENCE = 60
# Tests that take most of the time: run where the others pass.
LONG = "every|shardsAreShared|M3JSONTests"
# What a run ends with that has no test to run: a hint whose test has another name by now.
NO_TESTS = os.EX_UNAVAILABLE
# Mutants that run beside each other.
PROCESSES = 2
HINTS = HERE / "caught.json"

PACKAGE = """\
// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
func library(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}
let package = Package(
  name: "m3",
  targets: [
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd"),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash"),
    .target(name: "CKernels"),
    .target(name: "COpenSSL", path: "Crypto/COpenSSL"),
    .target(name: "Crypto", dependencies: ["COpenSSL"], path: "Crypto/Crypto", swiftSettings: settings),
    library("M3Bytes", ["CZstd", "CXXHash", "Crypto"]),
    library("M3JSON", ["M3Bytes"]),
    library("M3Tensor", ["CKernels"]),
    library("M3Parallel", []),
    library("M3Weights", ["M3Bytes", "M3JSON"]),
    library("M3Memory", ["M3Bytes", "M3JSON", "M3Tensor"]),
    library("M3Codec", ["M3Bytes", "M3JSON", "M3Memory", "M3Tensor"]),
    library("M3Bank", ["M3Bytes", "M3JSON"]),
    library("M3Reader", ["M3Bank", "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Parallel", "M3Tensor"]),
    library("M3TestSupport", ["M3Bytes", "M3JSON", "M3Weights"], path: "Tests/M3TestSupport"),
    .executableTarget(
      name: "m3-damage", dependencies: ["M3Bank", "M3Bytes", "M3JSON", "M3Reader"], path: "m3-damage",
      swiftSettings: settings),
  ]
    + ["M3BankTests", "M3ReaderTests", "M3BytesTests", "M3JSONTests"].map {
      .testTarget(
        name: $0,
        dependencies: ["M3Bank", "M3Bytes", "M3Codec", "M3JSON", "M3Memory", "M3Reader", "M3Tensor", "M3TestSupport"],
        swiftSettings: settings)
    }
)
"""


class Verdict(NamedTuple):
    number: int
    check: Check
    #: What caught it: "tests", "damage", or None.
    by: Optional[str]
    #: A test that failed, as --filter takes it; None where none did, or where all ended with it.
    test: Optional[str] = None


def sources() -> Tuple[Dict[str, str], List[Check]]:
    """The mutated files by their path under Sources, and the checks: the first has number 1."""
    files: Dict[str, str] = {}
    found: List[Check] = []
    for module, chosen in MUTATED.items():
        folder = ROOT / "Sources" / module
        for path in sorted(folder.rglob("*.swift")):
            name = str(path.relative_to(ROOT / "Sources"))
            source = path.read_text()
            if name not in WRITERS and (chosen is None or str(path.relative_to(folder)) in chosen):
                source, more = switched(name, source, len(found) + 1)
                found += more
            files[name] = source
        files[f"{module}/IsOff.swift"] = SWITCH
    return files, found


def write_package(folder: Path, files: Dict[str, str]) -> None:
    """Writes what differs from the last time, so that a second build is short."""
    wanted = {**{f"Sources/{name}": text for name, text in files.items()}, "Package.swift": PACKAGE}
    for module in MUTATED:
        for path in (folder / "Sources" / module).rglob("*.swift"):
            if str(path.relative_to(folder)) not in wanted:
                path.unlink()
    for name, text in wanted.items():
        path = folder / name
        if not path.is_file() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    links = {f"Sources/{name}": f"Sources/{name}" for name in PLAIN}
    links |= {f"Tests/{name}": f"Tests/{name}" for name in [*TESTS, "M3TestSupport"]}
    links |= {"m3-damage": "Tests/trust/damage/m3-damage", "Crypto": "Tests/trust/crypto"}
    for name, target in links.items():
        link = folder / name
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.is_symlink():
            link.unlink()
        link.symlink_to(ROOT / target)


def build(folder: Path) -> None:
    command = ["swift", "build", "-c", "release", "--build-tests", "--package-path", str(folder)]
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode != 0:
        sys.exit("the mutants do not build")


def failing(folder: Path, number: int, *choice: str) -> Optional[List[str]]:
    """Which tests fail without the check, of those that `choice` takes; no names where the process ended with one. None:
    all pass."""
    with tempfile.TemporaryDirectory(prefix="m3-mutant-") as scratch:
        report = Path(scratch) / "report.xml"
        command = [str(folder / ".build" / "release" / "m3PackageTests.xctest"), "--testing-library", "swift-testing",
                   "--xunit-output", str(report), *choice]
        environment = {**os.environ, "M3_MUTANT": str(number), "M3_ROOT": str(ROOT), "SWIFT_BACKTRACE": "enable=no",
                       "TMPDIR": scratch}
        try:
            run = subprocess.run(command, env=environment, timeout=PATIENCE, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            return []
        if run.returncode in (0, NO_TESTS):
            return None
        try:
            cases = ElementTree.parse(report).iter("testcase")
        except (OSError, ElementTree.ParseError):
            return []
        return sorted(named(case) for case in cases if case.find("failure") is not None)


def named(case: ElementTree.Element) -> str:
    """A test as --filter takes it."""
    return re.escape(f"{case.get('classname')}/{case.get('name')}")


def caught(folder: Path, number: int, hint: Optional[str]) -> Optional[List[str]]:
    """As ``failing``, of all tests where the one of the hint passes."""
    if hint and failing(folder, number, "--filter", hint) is not None:
        return [hint]
    found = failing(folder, number, "--skip", LONG)
    return failing(folder, number, "--filter", LONG) if found is None else found


def survives_damage(folder: Path, number: int, bin: Path) -> bool:
    """Whether both verifiers still agree without the check, on all resealed fields."""
    with_tool = folder / f"bin-{threading.get_ident()}"
    with_tool.mkdir(exist_ok=True)
    for tool in [*bin.glob("m3-*"), folder / ".build" / "release" / "m3-damage"]:
        if os.access(tool, os.X_OK) and tool.is_file():
            (with_tool / tool.name).unlink(missing_ok=True)
            (with_tool / tool.name).symlink_to(tool)
    script = ROOT / "Tests" / "trust" / "damage" / "damage.py"
    environment = {**os.environ, "M3_MUTANT": str(number), "BIN": str(with_tool)}
    for group in ("files in", "v1: resealed", "tiny: resealed index", "v1: bombs"):
        run = subprocess.run([sys.executable, str(script), "--short", "--group", group], env=environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if run.returncode != 0:
            return False
    return True


def equivalent(check: Check) -> Optional[str]:
    """Why leaving a check out changes nothing, where that is so."""
    return EQUIVALENTS.get((Path(check.file).name, check.kind, check.text))


def unmatched(found: List[Check]) -> List[Tuple[str, str, str]]:
    """Equivalents that are no check any more."""
    names = {(Path(check.file).name, check.kind, check.text) for check in found}
    return [key for key in EQUIVALENTS if key not in names]


def judged(folder: Path, number: int, check: Check, hint: Optional[str], bin: Path, short: bool) -> Verdict:
    if short and equivalent(check):
        return Verdict(number, check, None)
    tests = caught(folder, number, hint)
    if tests is not None:
        return Verdict(number, check, "tests", tests[0] if tests else None)
    if equivalent(check):
        return Verdict(number, check, None)
    return Verdict(number, check, None if survives_damage(folder, number, bin) else "damage")


def name(check: Check) -> str:
    """As hints name a check; one of a few that read alike in one file may have another's hint."""
    return f"{check.file}: {check.kind}: {check.text}"


def main() -> None:
    parser = results.parser(__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="only checks whose file, kind or text has this in it")
    parser.add_argument("--number", type=int, nargs="*", help="only these")
    parser.add_argument("--record", action="store_true", help="write caught.json anew, of all checks")
    parser.add_argument("--list", action="store_true", help="print the checks and end")
    parser.add_argument("--package", type=Path, default=ROOT / ".cache" / "mutation", help="where it is built")
    options = parser.parse_args()
    started = time.monotonic()
    files, found = sources()
    chosen = [(number, check) for number, check in enumerate(found, 1)
              if options.only in f"{check.file} {check.kind} {check.text}"
              and (not options.number or number in options.number)]
    if options.list:
        for number, check in chosen:
            print(f"{number:4}  {check.file}:{check.line}: {check.kind}: {check.text}")
        return
    stale = unmatched(found)
    for key in stale:
        results.lost(f"no such check: {key}", "python3 Tests/trust/mutation/mutation.py --list")
    print(f"{len(found)} checks, {len(EQUIVALENTS)} of them equivalents", flush=True)
    run_all(options, files, chosen, len(stale), started)


def run_all(options, files: Dict[str, str], chosen: List[Tuple[int, Check]], lost: int, started: float) -> None:
    folder, bin = options.package, results.bin_folder()
    write_package(folder, files)
    build(folder)
    print(f"built after {time.monotonic() - started:.0f} s", flush=True)
    if (tests := caught(folder, 0, None)) is not None:
        sys.exit(f"with every check in place tests fail: {', '.join(tests) or 'by a trap, or without an end'}")
    hints: Dict[str, str] = json.loads(HINTS.read_text()) if HINTS.is_file() else {}

    def judge(item: Tuple[int, Check]) -> Verdict:
        number, check = item
        verdict = judged(folder, number, check, hints.get(name(check)), bin, options.short)
        print(f"{time.monotonic() - started:6.0f} s  {number:4}  {'equivalent' if equivalent(check) else verdict.by or 'NOTHING'}"
              f"  {check.file}:{check.line} {check.kind}: {check.text[:80]}", flush=True)
        return verdict

    with ThreadPoolExecutor(PROCESSES) as pool:
        verdicts = list(pool.map(judge, chosen))
    counts = {"tests": 0, "damage": 0, "equivalent": 0}
    for number, check, by, _ in verdicts:
        again = f"python3 Tests/trust/mutation/mutation.py --number {number}"
        if by and equivalent(check):
            lost += 1
            results.lost(f"listed as an equivalent and caught: {check}", again)
        elif not by and not equivalent(check):
            lost += 1
            results.lost(f"nothing fails without {check.file}:{check.line}: {check.kind}: {check.text}", again)
        else:
            counts[by or "equivalent"] += 1
    if options.record:
        caught_by = {name(verdict.check): verdict.test for verdict in verdicts if verdict.test}
        HINTS.write_text(json.dumps(caught_by, indent=0, sort_keys=True, ensure_ascii=False) + "\n")
    results.finish("checks of verifier and reader left out, one at a time", len(chosen), lost, options, started,
                   summary=f"{counts['tests']} caught by tests, {counts['damage']} by damaged banks, "
                   f"{counts['equivalent']} that nobody can see",
                   caught_by_tests=counts["tests"], caught_by_damage=counts["damage"], equivalent=counts["equivalent"])


if __name__ == "__main__":
    main()
