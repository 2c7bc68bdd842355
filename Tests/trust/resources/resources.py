"""Hard limits against the real tools: full disks, no descriptors, two writers, planted links, hostile input, lying
headers, closed pipes, impossible arguments. Every run must end with a documented code, say why, leave nothing wrong
visible, and stay within its memory and time.

    python3 Tests/trust/resources/resources.py [--short] [--result FILE] [--only GROUP…] [--jobs N]

Needs zstd, lz4 and strace; disks that fill need root or user namespaces. What cannot run is reported as skipped. BIN says
where the tools are.
"""
from __future__ import annotations

import importlib
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import results  # noqa: E402
from trial import MIB, Trials  # noqa: E402

#: What is tested, a module each; those that take longest first.
GROUPS = ["space", "headers", "arguments", "descriptors", "planted", "documents", "streams", "writers"]


def run_group(name: str, short: bool) -> Trials:
    """One group, in a process and a folder of its own."""
    begun = time.monotonic()
    work = Path(tempfile.mkdtemp(prefix=f"m3-{name}-"))
    trials = Trials(results.bin_folder(), work, short)
    try:
        importlib.import_module(name).test(trials)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"{name}: {trials.cases} cases, {trials.lost} lost, {time.monotonic() - begun:.0f} s, "
          f"{trials.peak / MIB:.0f} MiB at most in one run", flush=True)
    return trials


def main() -> None:
    started = time.monotonic()
    parser = results.parser(__doc__)
    parser.add_argument("--only", nargs="+", choices=GROUPS, metavar="GROUP", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="groups at a time")
    options = parser.parse_args()
    results.bin_folder()
    # A process a group: what a group does to itself, such as mounts of its own, ends with it.
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        runs = {name: pool.submit(run_group, name, options.short) for name in options.only or GROUPS}
        groups = {name: run.result() for name, run in runs.items()}
    results.finish(
        "resources at their limits", sum(group.cases for group in groups.values()),
        sum(group.lost for group in groups.values()), options, started,
        summary=", ".join(f"{name} {group.cases:,}" for name, group in groups.items()),
        groups={name: group.cases for name, group in groups.items()},
        peak_mib=round(max(group.peak for group in groups.values()) / MIB),
        skipped=[what for group in groups.values() for what in group.skipped],
        told={what: value for group in groups.values() for what, value in group.told.items()})


if __name__ == "__main__":
    main()
