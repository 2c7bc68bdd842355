"""Builds shim.c and runs tools under it."""
from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# Longer than any stage of the tiny pipeline takes: a tool that hangs is a loss.
TIMEOUT_SECONDS = 120


@dataclass
class Run:
    """How a tool ended; a negative status is the signal's."""

    status: int
    output: bytes
    errors: str
    #: What the shim did: fault, kind of call, path.
    faults: list[tuple[str, str, str]] = field(default_factory=list)
    #: Calls of each kind; empty for a process that was killed.
    counts: dict[str, int] = field(default_factory=dict)


def run_plain(command: list[str], work: Path) -> Run:
    """Runs a tool without the shim."""
    return _run(command, work, dict(os.environ))


def _run(command: list[str], work: Path, environment: dict[str, str]) -> Run:
    try:
        run = subprocess.run(
            command, cwd=work, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False,
            timeout=TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return Run(-1000, b"", f"no end after {TIMEOUT_SECONDS} s")
    return Run(run.returncode, run.stdout, run.stderr.decode(errors="replace"))


class Shim:
    """The library, built in a folder; each thread passes a report file of its own."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "shim.so"
        source = Path(__file__).with_name("shim.c")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(self.path), str(source), "-ldl"],
            check=True,
        )

    def environment(
        self, work: Path, call: str = "", at: int | str = 0, fault: str = "", skip: str = "", log: Path | None = None
    ) -> dict[str, str]:
        """What the shim reads; `at` is a number from 1, or `every`."""
        values = {"M3_FAULT_ROOT": str(work), "M3_FAULT_ALSO": str(ROOT / "fixtures")}
        if call:
            values |= {"M3_FAULT_CALL": call, "M3_FAULT_AT": str(at), "M3_FAULT_DO": fault}
        if skip:
            values["M3_FAULT_SKIP"] = skip
        if log:
            values["M3_FAULT_LOG"] = str(log)
        return values

    def run(self, command: list[str], work: Path, report: Path, **faults: object) -> Run:
        """Runs a tool whose calls on files beneath `work` count; see `environment` for `faults`."""
        report.unlink(missing_ok=True)
        values = self.environment(work, **faults)  # type: ignore[arg-type]
        values |= {"LD_PRELOAD": str(self.path), "M3_FAULT_REPORT": str(report)}
        # Without the shim the backtracer of a trap would wait for a debugger.
        run = _run(command, work, dict(os.environ) | values | {"SWIFT_BACKTRACE": "enable=no"})
        for line in report.read_text(errors="replace").splitlines() if report.exists() else []:
            parts = line.split("\t")
            if parts[0] == "fault":
                run.faults.append((parts[1], parts[2], parts[3]))
            else:
                run.counts[parts[1]] = int(parts[2])
        return run
