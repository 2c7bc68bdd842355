"""Two writers of one output: together they make what one makes; who is refused ends with 75."""
from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import threading

from pipeline import STAGES, Snapshots, Stage
from trial import Run, Trials, litter

ROUNDS = {True: 1, False: 12}


def _together(trials: Trials, snapshots: Snapshots, stage: Stage, workers: int) -> None:
    work = trials.work / "work"
    snapshots.prepare(stage, work)
    runs: list[Run] = []

    def start() -> None:
        runs.append(trials.run(stage.command(trials.bin), cwd=work, how=f"{workers} times at once"))

    threads = [threading.Thread(target=start) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for run in runs:
        trials.check(f"{stage.name}, {workers} writers", run, {0, 75}, says=["another process is writing"])
    trials.require(f"{stage.name}, {workers} writers: one wins", any(run.code == 0 for run in runs),
                   f"all were refused: {[run.err.strip()[-200:] for run in runs]}", runs[0].how)
    found = snapshots.differences(stage, work) + litter(work)
    trials.require(f"{stage.name}, {workers} writers: results", not found, "; ".join(found[:3]), runs[0].how)
    shutil.rmtree(work)


def _held(trials: Trials, snapshots: Snapshots, stage: Stage) -> None:
    """Every lock that a stage takes, held by another process for as long as the run lasts."""
    for name in _locks(trials, snapshots, stage):
        work = trials.work / "work"
        snapshots.prepare(stage, work)
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        run = trials.run(stage.command(trials.bin), cwd=work, how=f"while flock holds {name}")
        # A bank refuses what is in its folder and of no run that it knows, before it comes to the lock.
        foreign = name.startswith("bank/") and stage.name == "shard"
        trials.check(f"{stage.name}, {name} held", run, {65} if foreign else {75},
                     says=["of no run that is known" if foreign else "another process is writing"])
        os.close(descriptor)
        path.unlink(missing_ok=True)
        again = trials.run(stage.command(trials.bin), cwd=work)
        trials.check(f"{stage.name}, {name} given back", again, {0})
        found = snapshots.differences(stage, work) + litter(work)
        trials.require(f"{stage.name}, {name} given back: results", not found, "; ".join(found[:3]), run.how)
        shutil.rmtree(work)


def _locks(trials: Trials, snapshots: Snapshots, stage: Stage) -> list[str]:
    """Names of locks and temporaries, learnt from one run; those for which a run waits are left out."""
    work = trials.work / "learn"
    snapshots.prepare(stage, work)
    log = trials.work / "trace"
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=openat,open", "-o", log, *stage.command(trials.bin)], cwd=work,
                   check=True, capture_output=True)
    shutil.rmtree(work)
    names = []
    for line in log.read_text(errors="replace").splitlines():
        if "O_CREAT" in line and '"' in line:
            name = line.split('"')[1]
            last = name.rsplit("/", 1)[-1]
            if last.startswith(".") and last not in (".shared.lock", ".codec.lock", ".files.lock"):
                names.append(name)
    return list(dict.fromkeys(names))


def test(trials: Trials) -> None:
    snapshots = Snapshots(trials.work / "undisturbed", trials.bin)
    for stage in STAGES:
        if stage.writes:
            for _ in range(ROUNDS[trials.short]):
                _together(trials, snapshots, stage, 2)
            _together(trials, snapshots, stage, 4)
    if not shutil.which("strace"):
        trials.skip("locks held by another process: no strace")
        return
    for stage in STAGES:
        if stage.writes and (not trials.short or stage.name in (
                "chunk", "dedupe buckets", "encode calibrate", "quantize train", "quantize", "shard", "index",
                "filter", "filter sweep", "filter train-quality")):
            _held(trials, snapshots, stage)
