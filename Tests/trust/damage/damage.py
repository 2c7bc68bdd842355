#!/usr/bin/env python3
"""Damages small banks in every way, and has each found by two verifiers that share no code.

    python3 Tests/trust/damage/damage.py [--short] [--result FILE] [--workers N] [--group TEXT] [--case N]

Banks: `fixtures/bank/v1`, and one that the tiny pipeline makes: two shards, a codebook, a retrieval index. Damage: every
bit of every file, every length, files in wrong places, 10⁵ (10⁷ without --short) seeded splices and resealed fields, and
every field of the formats resealed: all sums made to fit, so that only the meaning is wrong. Of each bank, `m3-verify`'s
verifier (level full) and verify_bank.py must both say damaged, or both intact by a rule that mutations.py lists, and name
the same file; a reader that touches every record must give the whole bank's or an error; nothing may trap, hang, or take
more memory than a limit. One flipped bit of a shard must be found in its part of the shard and in its record.

Needs `m3-damage` (a target of the package) and the tools in .build/release, or in BIN; and xxhash and zstandard, which
are put into .cache/trust/python with pip where Python has them not.
"""
from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Tuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PACKAGES = ["xxhash==4.1.0", "zstandard==0.25.0"]
sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT / ".cache" / "trust" / "python")]


def require_packages() -> None:
    """Puts the packages that verify_bank.py needs beside the other fetched things, once."""
    try:
        import xxhash  # noqa: F401
        import zstandard  # noqa: F401
    except ImportError:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        # Into a folder of ours: what pip has to say of root's system does not concern it.
        quiet = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
        subprocess.run([*command, "--target", str(ROOT / ".cache" / "trust" / "python"), *PACKAGES], check=True, env=quiet)
        # The folder was not there when it was looked for.
        importlib.invalidate_caches()


require_packages()

import results  # noqa: E402
from judging import Judges  # noqa: E402
from mutations import Group, bits, lengths, places, splices, thinned  # noqa: E402
from reseals import bombs, fields, frames, index_fields, manifest_fields, random_fields  # noqa: E402

BATCH = 64
# Of each group; all are counted.
LOSSES_SHOWN = 20
# A whole small bank takes 15 MiB; of what a bank claims, nothing may be allocated that its bytes do not bear out.
# One frame may hold 64 MiB: those that do have a limit of their own.
PEAK_KIB, BOMB_PEAK_KIB = 48 << 10, 512 << 10


class Work(NamedTuple):
    """Cases of one group of one bank, for one process."""

    bank: str
    group: str
    numbers: range


def make_bank(folder: Path) -> Path:
    """A bank of the tiny pipeline whose memories can be read without the model."""
    import pipeline

    names = ["dedupe documents", "chunk", "dedupe references", "filter", "encode", "quantize", "shard", "index"]
    stages = [pipeline.stage(name) for name in names]
    settings = ("--input", "memories", "--references", "references", "--output", "codes", "--codec", "pq",
                "--set", "code_bits=4", "--set", "code_bytes=4")
    stages[5] = replace(stages[5], arguments=settings)
    pipeline.Snapshots(folder, results.bin_folder(), stages=stages)
    return folder / "work" / "bank"


def groups(name: str, bank: Path, short: bool) -> List[Group]:
    """All groups of one bank, those of CI where `short`."""
    import verify_bank

    files = verify_bank.load(bank)
    splice_count, field_count = (40_000, 10_000) if short else (4_000_000, 1_000_000)
    # Every bit, length and value; in CI, of the larger bank every eleventh and every third.
    is_thin = short and name != "v1"
    made = [bits(files, file, 11 if is_thin else 1) for file in sorted(files)]
    made += [thinned(lengths(files, file), 3 if is_thin else 1) for file in sorted(files)]
    made.append(places(files))
    made += [thinned(group, 3 if is_thin else 1) for group in (fields(files), frames(files), manifest_fields(files))]
    if "index.json" in files:
        made.append(index_fields(files))
    made += [splices(files, splice_count, f"splices {name}"), random_fields(files, field_count, f"fields {name}")]
    return [*made, bombs(files)]


class Setting:
    """What the processes share: the banks, and their groups by name."""

    def __init__(self, banks: Dict[str, Path], short: bool, tool: Path) -> None:
        self.banks, self.tool = banks, tool
        self.groups = {name: {group.name: group for group in groups(name, path, short)} for name, path in banks.items()}
        self.judges: Dict[Tuple[str, bool], Judges] = {}


SETTING: Setting


def run(work: Work) -> Tuple[Work, List[Tuple[int, str, str]], Dict[str, int], int]:
    """Judges cases in a process of its own: losses (number, what, label), counts, and the most memory in KiB."""
    group = SETTING.groups[work.bank][work.group]
    is_bomb = work.group == "bombs"
    key = (work.bank, is_bomb)
    if key not in SETTING.judges:
        limit = BOMB_PEAK_KIB if is_bomb else PEAK_KIB
        SETTING.judges[key] = Judges(SETTING.tool, SETTING.banks[work.bank], limit)
    judges = SETTING.judges[key]
    judges.losses, judges.counts = [], {}
    losses: List[Tuple[int, str, str]] = []
    for start in range(0, len(work.numbers), BATCH):
        numbers = work.numbers[start : start + BATCH]
        cases = [group.make(number) for number in numbers]
        judges.judge(cases)
        by_case = {id(case): number for number, case in zip(numbers, cases)}
        losses += [(by_case[id(loss.case)], loss.what, loss.case.label) for loss in judges.losses]
        judges.losses = []
    return work, losses, judges.counts, judges.peak


def pieces(only: str, case: int | None, workers: int) -> Iterator[Work]:
    """All work, cut so that the processes end together."""
    for bank, named in SETTING.groups.items():
        for name, group in named.items():
            if only not in f"{bank}: {name}":
                continue
            if case is not None:
                yield Work(bank, name, range(case, case + 1))
                continue
            size = max(BATCH, min(2_000, group.count // (4 * workers) + 1))
            for start in range(0, group.count, size):
                yield Work(bank, name, range(start, min(start + size, group.count)))


def main() -> None:
    parser = results.parser(__doc__)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes; each has a child")
    parser.add_argument("--group", default="", metavar="TEXT", help="only groups whose name has this in it")
    parser.add_argument("--case", type=int, metavar="N", help="only this case of each")
    parser.add_argument("--bank", type=Path, help="this bank in place of the pipeline's")
    options = parser.parse_args()
    started = time.monotonic()
    tool = results.bin_folder() / "m3-damage"
    if not tool.is_file():
        sys.exit(f"{tool}: not there: build with `swift build -c release --product m3-damage`")
    with tempfile.TemporaryDirectory(prefix="m3-damage-") as folder:
        banks = {"v1": ROOT / "fixtures" / "bank" / "v1", "tiny": options.bank or make_bank(Path(folder) / "tiny")}
        judge_all(options, banks, tool, started)


def judge_all(options: argparse.Namespace, banks: Dict[str, Path], tool: Path, started: float) -> None:
    global SETTING
    SETTING = Setting(banks, options.short, tool)
    work = list(pieces(options.group, options.case, options.workers))
    left = {(bank, name): sum(len(item.numbers) for item in work if item[:2] == (bank, name))
            for bank, name in dict.fromkeys(item[:2] for item in work)}
    totals = dict(left)
    counts: Dict[str, int] = {}
    lost, peak = 0, 0
    shown: Dict[str, int] = {}
    context = multiprocessing.get_context("fork")
    with context.Pool(options.workers) as pool:
        for item, losses, found, memory in pool.imap_unordered(run, work):
            for number, what, label in losses:
                lost += 1
                group = f"{item.bank}: {item.group}"
                shown[group] = shown.get(group, 0) + 1
                if shown[group] > LOSSES_SHOWN:
                    continue
                results.lost(f"{group}: {label}: {what}",
                             f'python3 Tests/trust/damage/damage.py --group "{group}" --case {number}'
                             + (" --short" if options.short else ""))
            for key, number in found.items():
                counts[key] = counts.get(key, 0) + number
            if item.group != "bombs":
                peak = max(peak, memory)
            left[item[:2]] -= len(item.numbers)
            if left[item[:2]] == 0:
                print(f"{time.monotonic() - started:6.0f} s  {totals[item[:2]]:9,} cases  {item.bank}: {item.group}",
                      flush=True)
        pool.close()
        pool.join()
    damaged = counts.pop("damaged", 0)
    results.finish(
        "damaged banks: bits, lengths, splices, resealed fields; two verifiers and the reader", sum(totals.values()),
        lost, options, started, summary=f"{damaged:,} damaged, of which both verifiers found {damaged - lost:,}",
        damaged=damaged, counts=dict(sorted(counts.items())),
        peak_mib=round(peak / 1024, 1))


if __name__ == "__main__":
    main()
