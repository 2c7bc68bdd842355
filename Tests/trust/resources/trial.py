"""Runs a tool under hard limits and asks what every run must keep: a documented exit code, a message, no signal, memory
and time within bounds. What breaks a promise is counted and printed with the way to repeat it."""
from __future__ import annotations

import math
import os
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterable

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import results  # noqa: E402

#: Exit codes that a tool may end with.
DOCUMENTED = {0, 64, 65, 66, 70, 73, 74, 75}
MIB = 1 << 20
#: What a tool takes beside its caps: its own code and libraries, and threads' scratch.
BASE = 64 * MIB
#: Seconds by the clock for one of CPU: what waits for nothing ends within it on the busiest machine.
_CLOCK = 15
#: Of what is written to stdout and stderr, as much is looked at.
_OUTPUT = 1 << 18


@dataclass
class Run:
    """What a run did: `code` is negative for a signal, None where it took too long."""

    command: list[str]
    code: int | None
    out: str
    err: str
    peak: int
    seconds: float
    how: str


@dataclass
class Trials:
    """Counts cases and losses of one group."""

    bin: Path
    work: Path
    short: bool
    cases: int = 0
    lost: int = 0
    peak: int = 0
    skipped: list[str] = field(default_factory=list)
    #: What is not promised and still worth knowing.
    told: dict[str, Any] = field(default_factory=dict)

    def tool(self, name: str) -> str:
        return str(self.bin / name)

    def lose(self, what: str, how: str) -> None:
        self.lost += 1
        results.lost(what, how)

    def skip(self, what: str) -> None:
        self.skipped.append(what)
        print(f"  skipped: {what}", flush=True)

    def run(
        self, command: Iterable[str | Path], *, limit: float = 20, cwd: Path | None = None, stdin: Any = subprocess.DEVNULL,
        stdout: Any = None, stderr: Any = None, environment: dict[str, str] | None = None, files: int | None = None,
        prepare: Callable[[], None] | None = None, how: str = "",
    ) -> Run:
        """Runs to the end, or for `limit` seconds of CPU: a busy machine changes nothing; and for many times that by the
        clock. `files` is RLIMIT_NOFILE; `how` says what a repeat needs besides."""
        words = [str(word) for word in command]
        notes = [f"cd {cwd or self.work}"] + ([f"ulimit -n {files}"] if files else []) + ([how] if how else [])

        def inside() -> None:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit), math.ceil(limit) + 1))
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
            if prepare:
                prepare()

        started = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(
                words, cwd=cwd or self.work, stdin=stdin, stdout=out if stdout is None else stdout,
                stderr=err if stderr is None else stderr, preexec_fn=inside, close_fds=True,
                env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **(environment or {})})
            code, peak = _wait(process, _CLOCK * limit)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read(_OUTPUT).decode("utf-8", "replace"))
        self.peak = max(self.peak, peak)
        return Run(words, code, texts[0], texts[1], peak, time.monotonic() - started,
                   " && ".join(notes + [shlex.join(words)]))

    def check(
        self, name: str, run: Run, codes: Iterable[int] = DOCUMENTED, *, says: Iterable[str] = (), memory: int | None = None
    ) -> bool:
        """Counts a case; False where it is lost. `says` are texts of which stderr must hold each."""
        self.cases += 1
        wrong = _wrong(run, set(codes), list(says), memory)
        if wrong:
            self.lose(f"{name}: {wrong}", run.how)
        return not wrong

    def require(self, name: str, kept: bool, what: str, how: str) -> bool:
        """Counts a case of another kind than a run's end."""
        self.cases += 1
        if not kept:
            self.lose(f"{name}: {what}", how)
        return kept


def _wrong(run: Run, codes: set[int], says: list[str], memory: int | None) -> str | None:
    last = run.err.strip().splitlines()[-1:] or ["nothing"]
    if run.code is None:
        return f"no end within {run.seconds:.0f} s"
    if run.code < 0:
        return f"ended by signal {-run.code}: {last[0][:300]}"
    if run.code not in DOCUMENTED:
        return f"exit {run.code}, which is not documented: {last[0][:300]}"
    if run.code not in codes:
        return f"exit {run.code} and not {sorted(codes)}: {last[0][:300]}"
    if run.code and not run.err.strip():
        return f"exit {run.code} without a word"
    missing = [text for text in says if text not in run.err] if run.code else []
    if missing:
        return f"exit {run.code} does not say {missing}: {last[0][:300]}"
    if memory is not None and run.peak > memory:
        return f"{run.peak / MIB:.0f} MiB at the peak, {memory / MIB:.0f} MiB allowed"
    return None


def _wait(process: subprocess.Popen[bytes], limit: float) -> tuple[int | None, int]:
    """Waits by hand, for the resources of this child alone."""
    late = threading.Event()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(limit):
            # One that wants to run and is not let has CPU time left; one that waits for nothing has not.
            if not _is_runnable(process.pid):
                late.set()
                process.kill()
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    done.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode in (-signal.SIGXCPU, -signal.SIGKILL) or late.is_set():
        return None, usage.ru_maxrss * 1024
    return process.returncode, usage.ru_maxrss * 1024


def _is_runnable(pid: int) -> bool:
    """Whether any thread runs, would run, or waits for a disk, in one of ten looks."""
    for _ in range(10):
        for path in Path(f"/proc/{pid}/task").glob("*/stat"):
            try:
                state = path.read_text().rsplit(")", 1)[1].split()[0]
            except (OSError, IndexError):
                continue
            if state in "RD":
                return True
        time.sleep(0.05)
    return False


def files_of(folder: Path, *, uncompared: Iterable[str] = ("_runs",)) -> dict[str, bytes | None]:
    """Everything in a folder: the bytes of files, None for folders; empty where there is none."""
    found: dict[str, bytes | None] = {}
    if folder.is_file():
        return {"": folder.read_bytes()}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if any(part in uncompared for part in name.parts):
            continue
        found[str(name)] = path.read_bytes() if path.is_file() else None
    return found


def litter(folder: Path) -> list[str]:
    """Hidden names: temporaries and locks that a finished run has no use for."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob(".*"))
