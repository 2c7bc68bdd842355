"""Runs cases: a stage with a fault, what it left, and the run behind it."""
from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import results
from pipeline import STAGES, Snapshots, Stage
from promises import Promises, Tree, is_hidden, read_tree, state_key, write_tree
from shim import Run, Shim, run_plain

#: Tools that run beside each other.
PROCESSES = 2
KILLING = {"torn", "before", "after"}
#: What a fault may end with. 65: the bytes read back are not those that were written.
CODES = {"lie": {0, 65, 74}, "emfile": {0, 73, 74, 75}}
ANY_CODES = {0, 73, 74}


@dataclass(frozen=True)
class Case:
    stage: Stage
    call: str
    fault: str
    at: int | str

    def __str__(self) -> str:
        return f"{self.stage.name}:{self.call}:{self.fault}:{self.at}"


@dataclass
class Tally:
    """Figures of all cases; `lock` guards all."""

    cases: int = 0
    injected: int = 0
    kills: int = 0
    reruns: int = 0
    lost: int = 0
    codes: Counter[tuple[str, int]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Harness:
    """The undisturbed run, the shim, and a work folder for each thread and stage."""

    def __init__(self, folder: Path, bin: Path) -> None:
        self.bin = bin
        self.folder = folder
        self.shim = Shim(folder)
        self.snapshots = Snapshots(folder / "undisturbed", bin)
        self.promises = {
            stage.name: Promises(self.snapshots, stage, folder / "read" / stage.name) for stage in STAGES
        }
        self.tally = Tally()
        self.quiet = False
        self._seen: set[tuple[str, str, int]] = set()

    def counts(self, stage: Stage) -> dict[str, int]:
        """How many calls of each kind a stage makes."""
        work = self.work(stage)
        run = self.shim.run(stage.command(self.bin), work, self.report(), call="open", at=0, fault="none")
        broken = self.promises[stage.name].differences(self.found(stage, work))
        if run.status != 0 or broken:
            self.lose(stage.name, f"an undisturbed run under the shim ended with {run.status}: {broken}", "faults.py")
        if run.counts.get("unforeseen"):
            self.lose(stage.name, "makes calls that the shim does not know: teach it", "faults.py")
        return run.counts

    def report(self) -> Path:
        return self.folder / f"report-{threading.get_ident()}"

    def work(self, stage: Stage, with_before: bool = True) -> Path:
        """The thread's folder of a stage: what it reads, and what was there before of what it makes."""
        promises = self.promises[stage.name]
        work = self.folder / f"work-{threading.get_ident()}" / stage.name.replace(" ", "-")
        if not work.exists():
            work.mkdir(parents=True)
            write_tree(promises.read, work)
        for entry in list(os.scandir(work)):
            if entry.name in promises.inputs:
                continue
            shutil.rmtree(entry.path) if entry.is_dir() else os.unlink(entry.path)
        if with_before:
            write_tree(promises.before, work)
        return work

    def found(self, stage: Stage, work: Path) -> Tree:
        return read_tree(work, self.promises[stage.name].inputs)

    def lose(self, where: str, what: str, again: str) -> None:
        """Counts a broken promise; `again`: a harness and its arguments, which show it again."""
        with self.tally.lock:
            self.tally.lost += 1
        if not self.quiet:
            results.lost(f"{where}: {what}", f"python3 Tests/trust/faults/{again}")

    def run(self, case: Case, work: Path) -> Run:
        """Runs a stage with a fault."""
        run = self.shim.run(
            case.stage.command(self.bin), work, self.report(), call=case.call, at=case.at, fault=case.fault
        )
        with self.tally.lock:
            self.tally.cases += 1
            self.tally.injected += len(run.faults)
            self.tally.kills += run.status == -signal.SIGKILL
            self.tally.codes[case.fault, run.status] += 1
        return run

    def check(self, case: Case) -> Run:
        """One case: the fault, what it left, and the run behind it."""
        work = self.work(case.stage)
        run = self.run(case, work)
        for line in self.judge(case, run, work):
            self.lose(str(case), line, f"faults.py --case '{case}'")
        return run

    def judge(self, case: Case, run: Run, work: Path) -> list[str]:
        """What is wrong behind a run with a fault."""
        promises = self.promises[case.stage.name]
        lines: list[str] = []
        killed = case.fault in KILLING and run.faults
        allowed = {-signal.SIGKILL} if killed else CODES.get(case.fault, ANY_CODES)
        if case.fault in ("eintr", "short") or not run.faults:
            allowed = {0}
        elif case.fault == "eio" and case.call == "read":
            allowed = {74}
        if case.fault in ("eio", "enospc") and case.call == "sync" and run.faults:
            allowed = allowed - {0}
        if run.status not in allowed:
            lines.append(f"ended with {run.status}: {run.errors.strip()[-300:]}")
        if not case.stage.writes:
            if run.status == 0 and run.output != promises.output and not case.stage.is_measured:
                lines.append("ended with 0 and printed something else")
            return lines
        found = self.found(case.stage, work)
        lines += promises.broken(found)[:1]
        if run.status == 0:
            lines += [line for line in promises.differences(found) if not is_hidden(line.split(":")[0])]
        return lines + self.rerun(case.stage, work, state_key(found))

    def rerun(self, stage: Stage, work: Path, key: str, workers: int = 1) -> list[str]:
        """Runs a stage again on what a fault left: the same bytes, and no litter."""
        with self.tally.lock:
            if (stage.name, key, workers) in self._seen:
                return []
            self._seen.add((stage.name, key, workers))
            self.tally.reruns += 1
        run = run_plain(stage.command(self.bin, workers), work)
        if run.status != 0:
            return [f"the run behind it ended with {run.status}: {run.errors.strip()[-300:]}"]
        differences = self.promises[stage.name].differences(self.found(stage, work))
        return [f"behind the run behind it: {line}" for line in differences]

    def check_inputs(self) -> None:
        """No tool wrote where it only reads."""
        for folder in self.folder.glob("work-*"):
            for stage in STAGES:
                work = folder / stage.name.replace(" ", "-")
                promises = self.promises[stage.name]
                tree = read_tree(work) if work.exists() else promises.read
                found = {path: content for path, content in tree.items() if path.split("/")[0] in promises.inputs}
                if found != promises.read:
                    self.lose(stage.name, "changed what it only reads", f"faults.py --only '{stage.name}'")


@contextmanager
def open_harness() -> Iterator[Harness]:
    """A harness in a folder that is removed behind it, in memory where that can be."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="m3-faults-") as folder:
        yield Harness(Path(folder), results.bin_folder())
