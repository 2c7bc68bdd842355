"""What the trust harnesses share: their arguments, and the one line of JSON that each ends with.

    parser = results.parser(__doc__)
    options = parser.parse_args()
    results.finish("what was tested", cases, lost, options, started, summary="what the cases were", more=figure)

BIN in the environment says where the tools are; the default is the package's release build.
"""
from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]


def bin_folder() -> Path:
    """Where the tools lie; ends the run with 66 where they do not."""
    folder = Path(os.environ.get("BIN", ROOT / ".build" / "release")).resolve()
    if not (folder / "m3-read").is_file():
        print(f"{folder}: no m3-read: build with `swift build -c release`, or set BIN", file=sys.stderr)
        sys.exit(66)
    return folder


def parser(documentation: str | None) -> argparse.ArgumentParser:
    """A parser of the arguments that every harness takes."""
    made = argparse.ArgumentParser(
        description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--short", action="store_true", help="the form of CI; without it, that of a release")
    made.add_argument("--result", type=Path, metavar="FILE", help="the result's line is appended to it")
    return made


def lost(what: str, repeat: str) -> None:
    """Prints a broken promise, and how to see it again."""
    print(f"LOST {what}\n     again: {repeat}", flush=True)


def finish(
    test: str, cases: int, lost_count: int, options: argparse.Namespace, started: float, *, summary: str, **details: Any
) -> NoReturn:
    """Prints the result's line, appends it to `--result`, and ends: 1 where something was lost.

    `started` is the `time.monotonic()` of the beginning. `summary` says in the README's table what the cases were;
    `details` are figures of this test alone.
    """
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    result = {
        "test": test,
        "cases": cases,
        "lost": lost_count,
        "summary": summary,
        **details,
        "form": "short" if options.short else "release",
        "seconds": round(time.monotonic() - started, 1),
        "cpu_seconds": round(own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime, 1),
    }
    line = json.dumps(result, ensure_ascii=False)
    if options.result:
        with open(options.result, "a", encoding="utf-8") as file:
            file.write(line + "\n")
    print(line, flush=True)
    sys.exit(1 if lost_count else 0)
