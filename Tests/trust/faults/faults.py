#!/usr/bin/env python3
"""Fails every file call of every tool, kills tools at every change of a file, and cuts the power.

    python3 Tests/trust/faults/faults.py [--short] [--result FILE] [--only STAGE] [--case STAGE:KIND:FAULT:NUMBER]

Each stage of the tiny pipeline runs under shim.c once for each file call and each fault: EIO, ENOSPC, EMFILE, EINTR, a call
that does half of its work, a write that says it wrote and did not, a kill before, within and behind the call. It must end
with a documented exit code (or by the kill), leave nothing wrong under a final name, and end with 0 only where every byte
is that of the undisturbed run. Run again, it must end with 0, with the same bytes and no litter. A tool that only reads must
end with 74, or print the same.

A folder from which a stage goes on is looked at once: states that were left before, byte for byte, are not run again. Then
come kills at random moments with two workers, and power_loss.py. `--only` takes stages whose name begins so; `--case` repeats
one case and prints what the tool said.
"""
from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import results
from pipeline import STAGES, Snapshots, Stage
from promises import Promises, is_hidden, read_tree, state_key, write_tree
from shim import Run, Shim, run_plain

PROCESSES = 2
KILLS = {"short": 300, "release": 10_000}
DOUBLES = {"short": 0, "release": 2_000}
#: Faults of each kind of call, one run for each call.
FAULTS: dict[str, list[str]] = {
    "open": ["eio"],
    "create": ["eio", "enospc", "emfile"],
    "read": ["eio"],
    "write": ["eio", "enospc", "lie", "torn"],
    "sync": ["eio", "enospc"],
    "rename": ["eio", "enospc"],
    "unlink": ["eio"],
    "mkdir": ["eio", "enospc"],
    "flock": ["eio"],
    "stat": ["eio"],
    "list": ["eio"],
}
#: Kills at each call that changes a file or a folder. What a kill before a call leaves is what a kill behind the change
#: before it left, so before is tried at the first one in the short form, and everywhere in the release form.
CHANGE = "change"
#: A tool must not notice these. Short form: one run a stage and kind, in which every call is so disturbed.
HARMLESS: dict[str, list[str]] = {
    "open": ["eintr"], "create": ["eintr"], "read": ["eintr", "short"], "write": ["eintr", "short"],
    "sync": ["eintr"], "rename": ["eintr"], "unlink": ["eintr"], "mkdir": ["eintr"], "flock": ["eintr"],
    "stat": ["eintr"], "list": ["eintr"],
}
#: Every so many calls in the short form; printed in the result.
STRIDES = {"stat": 4}
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

    def found(self, stage: Stage, work: Path) -> dict[str, bytes | None]:
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
        if case.fault in ("eio", "enospc") and case.call == "sync" and run.faults:
            allowed = allowed - {0}
        if run.status not in allowed:
            lines.append(f"ended with {run.status}: {run.errors.strip()[-300:]}")
        if not case.stage.writes:
            if run.status == 0 and run.output != promises.output and "report" not in case.stage.name:
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
        return [
            f"behind the run behind it: {line}" for line in self.promises[stage.name].differences(self.found(stage, work))
        ]

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


def cases(stage: Stage, counts: dict[str, int], short: bool) -> list[Case]:
    """All faults of a stage's calls."""
    made: list[Case] = []
    for call, faults in FAULTS.items():
        stride = STRIDES.get(call, 1) if short else 1
        made += [Case(stage, call, fault, at) for fault in faults for at in range(1, counts[call] + 1, stride)]
    made += [Case(stage, CHANGE, "after", at) for at in range(1, counts[CHANGE] + 1)]
    made += [Case(stage, CHANGE, "before", at) for at in range(1, (min(1, counts[CHANGE]) if short else counts[CHANGE]) + 1)]
    for call, faults in HARMLESS.items():
        numbers: list[int | str] = ["every"] if short else list(range(1, counts[call] + 1))
        made += [Case(stage, call, fault, at) for fault in faults for at in numbers if counts[call]]
    return made


def random_kills(harness: Harness, count: int) -> None:
    """Kills stages with two workers at random moments, until so many kills came in time."""
    stages = [stage for stage in STAGES if stage.writes]
    done = Counter[str]()

    def kill(seed: int) -> None:
        generator = random.Random(seed)
        stage = generator.choice(stages)
        while True:
            work = harness.work(stage)
            moment = generator.random() * harness.snapshots.seconds[stage.name]
            process = subprocess.Popen(
                stage.command(harness.bin, workers=2), cwd=work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(moment)
            process.kill()
            if process.wait() == -signal.SIGKILL:
                break
        with harness.tally.lock:
            harness.tally.cases += 1
            harness.tally.kills += 1
            done[stage.name] += 1
        promises = harness.promises[stage.name]
        found = harness.found(stage, work)
        for line in promises.broken(found) + harness.rerun(stage, work, state_key(found), workers=2):
            harness.lose(f"{stage.name}, killed after {moment:.4f} s", line, f"faults.py (kill {seed})")

    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(kill, range(count)))
    print(f"{sum(done.values())} kills at random moments", flush=True)


def doubles(harness: Harness, counts: dict[str, dict[str, int]], count: int) -> None:
    """A second fault in the run behind the first one's."""

    def double(seed: int) -> None:
        generator = random.Random(seed)
        stage = generator.choice([stage for stage in STAGES if stage.writes])
        work = harness.work(stage)
        pair: list[Case] = []
        for _ in range(2):
            call = generator.choice([CHANGE, *(call for call in FAULTS if counts[stage.name][call])])
            fault = "after" if call == CHANGE else generator.choice(FAULTS[call])
            case = Case(stage, call, fault, generator.randint(1, counts[stage.name][call]))
            pair.append(case)
            run = harness.run(case, work)
            for line in harness.promises[stage.name].broken(harness.found(stage, work)):
                harness.lose(" then ".join(map(str, pair)), f"ended with {run.status}: {line}", f"faults.py (pair {seed})")
        for line in harness.rerun(stage, work, state_key(harness.found(stage, work))):
            harness.lose(" then ".join(map(str, pair)), line, f"faults.py (pair {seed})")

    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(double, range(count)))
    if count:
        print(f"{count} pairs of faults", flush=True)


def shows_loss(harness: Harness) -> bool:
    """Whether the harness finds a rename that is not done and said to be: it must."""
    stage = next(stage for stage in STAGES if stage.name == "shard")
    counts, harness.tally, harness.quiet = harness.counts(stage), Tally(), True
    for at in range(1, counts["rename"] + 1):
        harness.check(Case(stage, "rename", "lie", at))
    found, cases = harness.tally.lost, harness.tally.cases
    harness.tally, harness.quiet = Tally(), False
    print(f"mutant: {found} losses found in {cases} runs whose rename does nothing", flush=True)
    return found >= cases


def faults(harness: Harness, stages: list[Stage], short: bool) -> dict[str, dict[str, int]]:
    """All faults of all calls of stages; how many calls each makes."""
    counts: dict[str, dict[str, int]] = {}
    with ThreadPoolExecutor(PROCESSES) as pool:
        for stage in stages:
            began = time.monotonic()
            counts[stage.name] = harness.counts(stage)
            before = harness.tally.cases, harness.tally.lost
            list(pool.map(harness.check, cases(stage, counts[stage.name], short)))
            print(
                f"{stage.name}: {harness.tally.cases - before[0]} runs with a fault, "
                f"{harness.tally.lost - before[1]} lost, {time.monotonic() - began:.0f} s", flush=True,
            )
    return counts


def repeat(harness: Harness, text: str) -> None:
    """Runs one case and prints all about it."""
    name, call, fault, at = text.split(":")
    stage = next(stage for stage in STAGES if stage.name == name)
    run = harness.check(Case(stage, call, fault, at if at == "every" else int(at)))
    print(f"status {run.status}\n{run.output.decode(errors='replace')}{run.errors}", end="")
    for fault in run.faults[:5]:
        print("injected:", *fault)


def main() -> None:
    started = time.monotonic()
    parser = results.parser(__doc__)
    parser.add_argument("--only", metavar="STAGE", help="stages whose name begins so, and no kills at random")
    parser.add_argument("--case", metavar="STAGE:KIND:FAULT:NUMBER", help="repeats one case")
    options = parser.parse_args()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="m3-faults-") as folder:
        harness = Harness(Path(folder), results.bin_folder())
        if options.case:
            repeat(harness, options.case)
            sys.exit(1 if harness.tally.lost else 0)
        run_all(harness, options, started)


def run_all(harness: Harness, options: argparse.Namespace, started: float) -> None:
    form = "short" if options.short else "release"
    if not shows_loss(harness):
        results.lost("a rename that does nothing is not found", "faults.py")
        harness.tally.lost += 1
    stages = [stage for stage in STAGES if stage.name.startswith(options.only or "")]
    counts = faults(harness, stages, options.short)
    if not options.only:
        random_kills(harness, KILLS[form])
        doubles(harness, counts, DOUBLES[form])
    harness.check_inputs()
    tally = harness.tally
    for (fault, status), number in sorted(tally.codes.items()):
        print(f"{fault:8} ended with {status:4}: {number}")
    results.finish(
        "a fault at each file call of each tool, kills, and the run behind it", tally.cases, tally.lost, options, started,
        faults_injected=tally.injected, kills=tally.kills, reruns=tally.reruns, strides=STRIDES if options.short else {},
    )


if __name__ == "__main__":
    main()
