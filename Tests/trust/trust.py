#!/usr/bin/env python3
"""Runs the trust harnesses one after the other, and prints their figures as the README's table.

    python3 Tests/trust/trust.py --short                 # what CI runs, at most 20 minutes on 2 cores
    python3 Tests/trust/trust.py                         # before a release: hours
    python3 Tests/trust/trust.py --short faults damage   # some parts

Results are lines of JSON in .cache/trust/. Exit 1 where anything was lost or a harness failed.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
#: In the order of the table. A part is FOLDER/PART/PART.py.
PARTS = ["faults", "damage", "mutation", "fuzz", "resources", "determinism", "load"]


def run(part: str, short: bool, results: Path) -> tuple[bool, list[dict]]:
    """Whether a part passed, and its lines."""
    results.unlink(missing_ok=True)
    command = [sys.executable, str(FOLDER / part / f"{part}.py"), "--result", str(results)]
    if short:
        command.append("--short")
    passed = subprocess.run(command, cwd=ROOT).returncode == 0
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    return passed and bool(lines), [json.loads(line) for line in lines]


def table(lines: list[dict]) -> str:
    """Markdown; the sum of all cases last."""
    rows = [f"| {line['test']} | {line['summary']} | {line['cases']:,} | {line['lost']:,} |" for line in lines]
    total = f"| all | | {sum(line['cases'] for line in lines):,} | {sum(line['lost'] for line in lines):,} |"
    return "\n".join(["| what | of which | cases | lost |", "|---|---|---|---|", *rows, total])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="the form of CI; without it, that of a release")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"{unknown[0]} is no part: {', '.join(PARTS)}")

    folder = ROOT / ".cache" / "trust"
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[dict] = []
    failed: list[str] = []
    for part in options.parts or PARTS:
        print(f"\n== {part}", flush=True)
        started = time.monotonic()
        passed, found = run(part, options.short, folder / f"{part}.jsonl")
        lines += found
        if not passed:
            failed.append(part)
        print(f"== {part}: {'passed' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
    print("\n" + table(lines))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
