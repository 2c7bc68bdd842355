"""Fuzzes every parser of the package with libFuzzer and AddressSanitizer.

    python3 Tests/trust/fuzz/fuzz.py [--short] [--seconds S] [--target T]… [--result FILE]

Builds the nested package beside this file (its sources are the package's own, by links), lets it write its seeds,
shows that the fuzzer can find a bug (one is planted behind three checksums), replays all seeds and all inputs that
were ever found, then fuzzes each target for S seconds, two at a time: an hour, or in the short form a minute for formats
that come from anywhere and three seconds for those that only the tools write; `make fuzz` gives each a minute.

A crash, a trap, a hang of 25 seconds, an allocation beyond the limit, an error of another family than the typed ones,
or a broken invariant counts as lost; its input lies in the work folder (`--work`, .build/fuzz/work by default) and
belongs, minimized and renamed for what it shows, into `found/TARGET/` once it is fixed. Corpora that grow stay in the
work folder, and later runs go on from them.

To see an input again:

    M3_FUZZ_TARGET=TARGET .build/fuzz/release/fuzz FILE
    M3_FUZZ_TARGET=TARGET .build/fuzz/release/fuzz -minimize_crash=1 -runs=100000 FILE
"""
from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import results  # noqa: E402

HERE = Path(__file__).resolve().parent
BUILD = results.ROOT / ".build" / "fuzz"
PROGRAM = BUILD / "release" / "fuzz"
MEMORY = Path("/dev/shm")
PLANTED = "the planted bug"
# By target: the most bytes of an input; 4096 for all others.
MAXIMUM_LENGTH = {"codebook": 1 << 15, "bank": 1 << 16, "llama": 1 << 14, "gguf": 1 << 13, "tokenizer": 1 << 13}
# Megabytes that one allocation may have; 128 for all others. A model and a bank hold tables by their numbers of
# positions, and a zstd frame may have a window of 128 MiB.
ALLOCATION_LIMIT = {"llama": 512, "bank": 512, "stream": 256}
# Targets whose files users take from others, or write by hand.
FOREIGN = {
    "shard", "manifest", "codebook", "spool", "lines", "gguf", "safetensors", "tokenizer", "settings", "items",
}  # fmt: skip
# Crashes after which a target is left alone: the same one is found again and again.
CRASH_LIMIT = 3
# From so many seconds on, operands of comparisons count as coverage too: it takes time to pay.
VALUE_PROFILE_SECONDS = 600


@dataclass
class Outcome:
    """What fuzzing one target gave."""

    target: str
    executions: int = 0
    features: int = 0
    corpus: int = 0
    crashes: list[Path] = field(default_factory=list)


def build() -> None:
    """Builds the fuzz program, Swift and C with sanitizers; prints the compiler's output where that fails."""
    command = [
        "swift", "build", "-c", "release", "--product", "fuzz", "--package-path", HERE, "--scratch-path", BUILD,
        # The first for the package manager, which leaves `main` to libFuzzer; the others for the compilers.
        "--sanitize", "fuzzer", "-Xswiftc", "-sanitize=fuzzer,address", "-Xcc", "-fsanitize=fuzzer,address",
    ]  # fmt: skip
    made = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if made.returncode != 0:
        print(made.stdout[-20_000:] + made.stderr[-20_000:])
        sys.exit(70)


def environment(**more: str) -> dict[str, str]:
    """Without Swift's own handler, which would leave libFuzzer none of the crash."""
    return {**os.environ, "SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=8", **more}


def run(target: str, arguments: list[str], limit: float, **more: str) -> tuple[int, str]:
    """Runs the program: its exit code, negative for a signal, and what it printed."""
    # In memory: an input is written thousands of times a second.
    with tempfile.TemporaryDirectory(prefix="m3-fuzz-", dir=MEMORY if MEMORY.is_dir() else None) as scratch:
        try:
            done = subprocess.run(
                [str(PROGRAM), *arguments],
                env=environment(M3_FUZZ_TARGET=target, M3_FUZZ_SCRATCH=scratch, **more), capture_output=True,
                timeout=limit,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            return -9, (error.stderr or b"").decode(errors="replace")
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def names() -> list[str]:
    """The targets that the program knows."""
    code, text = run("", ["-runs=0"], 60)
    if code != 64:
        raise SystemExit(f"{PROGRAM}: no list of targets: {text}")
    return text.split("one of ")[1].split()


def limits(target: str) -> list[str]:
    """The bounds that every input is held to."""
    return [
        "-timeout=25", "-rss_limit_mb=2048", f"-malloc_limit_mb={ALLOCATION_LIMIT.get(target, 128)}",
        f"-max_len={MAXIMUM_LENGTH.get(target, 4096)}",
    ]  # fmt: skip


def reason(text: str) -> str:
    """The line of the program's output that says why it ended."""
    wanted = re.compile(r"broken: .*|Fatal error: .*|SUMMARY: .*|ERROR: .*")
    found = [match.group() for match in wanted.finditer(text)]
    return found[0][:300] if found else text[-300:]


def self_test(work: Path) -> int:
    """Fuzzes with a planted bug, which must be found; 1 where it is not."""
    folder = work / "self-test"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    started = time.monotonic()
    corpus = folder / "corpus"
    corpus.mkdir()
    arguments = ["-max_total_time=60", "-seed=1", f"-artifact_prefix={folder}/", *limits("shard")]
    folders = [str(corpus), str(work / "seeds" / "shard")]
    _, text = run("shard", [*arguments, *folders], 120, M3_FUZZ_PLANTED_BUG="1")
    if PLANTED in text:
        print(f"self-test: the planted bug was found after {time.monotonic() - started:.1f} s", flush=True)
        return 0
    results.lost("a planted bug that 60 seconds of fuzzing do not find", "fuzz.py --self-test")
    return 1


def replay(target: str, work: Path) -> tuple[int, int]:
    """Runs all seeds and all found inputs once: how many there are, and how many are lost."""
    inputs = sorted(path for folder in (work / "seeds", HERE / "found") for path in (folder / target).glob("*"))
    code, text = run(target, [*limits(target), *map(str, inputs)], 600)
    if code == 0:
        return len(inputs), 0
    running = re.findall(r"Running: (.*)", text)
    results.lost(
        f"{target}: {reason(text)}", f"M3_FUZZ_TARGET={target} {PROGRAM} {running[-1] if running else 'INPUTS'}"
    )
    return len(inputs), 1


def fuzz(target: str, seconds: float, work: Path) -> Outcome:
    """Fuzzes one target; goes on behind a crash, a few times, for the seconds that are left."""
    outcome = Outcome(target)
    corpus, crashes = work / "corpus" / target, work / "crashes"
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    dictionary = HERE / "dictionaries" / f"{target}.dict"
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 1 and len(outcome.crashes) < CRASH_LIMIT:
        prefix = f"{target}-{len(outcome.crashes)}-"
        for old in crashes.glob(prefix + "*"):
            old.unlink()
        arguments = [
            f"-max_total_time={int(left)}", f"-seed={1 + len(outcome.crashes)}", "-print_final_stats=1",
            "-reload=0", f"-artifact_prefix={crashes}/{prefix}", *limits(target),
        ]  # fmt: skip
        if seconds >= VALUE_PROFILE_SECONDS:
            arguments.append("-use_value_profile=1")
        if dictionary.is_file():
            arguments.append(f"-dict={dictionary}")
        code, text = run(target, [*arguments, str(corpus), str(work / "seeds" / target)], left + 300)
        count(outcome, text)
        if code == 0:
            break
        found = sorted(crashes.glob(prefix + "*"))
        outcome.crashes.append(found[0] if found else crashes / f"{prefix}none")
        again = f"M3_FUZZ_TARGET={target} {PROGRAM} {' '.join(limits(target))} {outcome.crashes[-1]}"
        results.lost(f"{target}: {reason(text)}", again)
    print(
        f"{target}: {outcome.executions} executions, {outcome.features} features, corpus of {outcome.corpus}, "
        f"{len(outcome.crashes)} crashes", flush=True,
    )  # fmt: skip
    return outcome


def count(outcome: Outcome, text: str) -> None:
    """Adds what libFuzzer says of a run."""
    executed = re.findall(r"stat::number_of_executed_units: *(\d+)", text)
    # Where it crashed, there is the number in the last line of its progress.
    progress = re.findall(r"^#(\d+)\s", text, re.MULTILINE)
    outcome.executions += int((executed or progress or ["0"])[-1])
    for name, pattern in (("features", r"\bft: (\d+)"), ("corpus", r"\bcorp: (\d+)")):
        if found := re.findall(pattern, text):
            setattr(outcome, name, int(found[-1]))


def seconds_of(target: str, options: argparse.Namespace) -> float:
    """How long a target is fuzzed."""
    if options.seconds is not None:
        return options.seconds
    if not options.short:
        return 3600
    return 60 if target in FOREIGN else 3


def main() -> None:
    parser = results.parser(__doc__)
    parser.add_argument("--seconds", type=float, help="for each target; see above for the default")
    parser.add_argument("--target", action="append", metavar="T", help="only this one; may stand several times")
    parser.add_argument("--self-test", action="store_true", help="only the planted bug")
    parser.add_argument("--no-build", action="store_true", help="take the program as it lies there")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time; the default is 2")
    parser.add_argument("--work", type=Path, default=BUILD / "work", help="for seeds, corpora and what crashes")
    options = parser.parse_args()
    started = time.monotonic()
    if not options.no_build:
        build()
        print(f"built in {time.monotonic() - started:.0f} s", flush=True)
    work = options.work.resolve()
    shutil.rmtree(work / "seeds", ignore_errors=True)
    known = names()
    targets = options.target or known
    if unknown := set(targets) - set(known):
        parser.error(f"no target {', '.join(sorted(unknown))}: {', '.join(known)}")
    code, text = run(known[0], [], 120, M3_FUZZ_SEEDS=str(work / "seeds"))
    if code != 0:
        raise SystemExit(f"no seeds: {reason(text)}")

    lost = self_test(work)
    replayed = 0
    outcomes: list[Outcome] = []
    if not options.self_test:
        with ThreadPoolExecutor(options.jobs) as pool:
            for inputs, broken in pool.map(lambda target: replay(target, work), targets):
                replayed += inputs
                lost += broken
            print(f"replayed {replayed} seeds and found inputs", flush=True)
            outcomes = list(pool.map(lambda target: fuzz(target, seconds_of(target, options), work), targets))
    executions = sum(outcome.executions for outcome in outcomes)
    results.finish(
        "inputs to every parser, made by libFuzzer with AddressSanitizer", executions + replayed,
        lost + sum(len(outcome.crashes) for outcome in outcomes), options, started,
        summary=f"{len(outcomes)} parsers, {replayed:,} of the inputs seeds or found before", replayed=replayed,
        targets=len(outcomes), executions={outcome.target: outcome.executions for outcome in outcomes},
        features={outcome.target: outcome.features for outcome in outcomes},
    )  # fmt: skip


if __name__ == "__main__":
    main()
