"""The same inputs and settings give the same bytes: whatever the number of threads, the time zone, the language, the
folder, the user's environment, the host's name, the clock, the order in which folders list their names, where memory
lies, and the order and processes in which tasks run.

    python3 Tests/trust/determinism/determinism.py [--short] [--result FILE]

Runs the tiny pipeline under each and compares every file but those of `_runs`, and what is printed. Then a bank of the
pinned model, from documents of several scripts, with 1 worker and with others; it needs what `make data` fetches. The
release form also builds the package in two folders and compares what the two builds make.
"""
from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import real  # noqa: E402
import results  # noqa: E402
import surroundings  # noqa: E402
import tasks  # noqa: E402
import builds  # noqa: E402
from comparison import Comparison  # noqa: E402


def main() -> None:
    started = time.monotonic()
    options = results.parser(__doc__).parse_args()
    work = Path(tempfile.mkdtemp(prefix="m3-determinism-"))
    try:
        comparison = Comparison(results.bin_folder(), work, options.short)
        groups = [surroundings.test, tasks.test, real.test] + ([] if options.short else [builds.test])
        for group in groups:
            begun = time.monotonic()
            group(comparison)
            print(f"{group.__module__}: {time.monotonic() - begun:.0f} s", flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    results.finish(
        "the same bytes under other circumstances", comparison.cases, comparison.lost, options, started,
        summary=f"{len(comparison.names)} circumstances, {comparison.files:,} files compared byte for byte",
        circumstances=comparison.names, files=comparison.files, skipped=comparison.skipped, told=comparison.told)


if __name__ == "__main__":
    main()
