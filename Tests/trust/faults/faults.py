#!/usr/bin/env python3
"""Fails every file call of every tool, kills tools at every change of a file, and cuts the power.

    python3 Tests/trust/faults/faults.py [--short] [--result FILE] [--only STAGE] [--case STAGE:KIND:FAULT:NUMBER]

Each stage of the tiny pipeline runs under shim.c once for each file call and each fault: EIO, EMFILE, EINTR, a disk
that from there on is full, beyond its quota or read-only, a call that does half of its work, a write that says it wrote
and did not, a kill before, within and behind the call. It must end with a documented exit code (or by the kill), leave
nothing wrong under a final name, and end with 0 only where every byte is that of the undisturbed run. Run again, it must
end with 0, with the same bytes and no litter. A tool that only reads must end with 74, or print the same.

A state from which a stage goes on is looked at once: one that was left before, byte for byte, is not run again. Then
come kills at random moments with two workers, and power_loss.py. `--only` takes stages whose name begins so; `--case`
repeats one case and prints what the tool said.
"""
from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import power_loss
import results
from harness import PROCESSES, Case, Harness, Tally, open_harness
from pipeline import STAGES, Stage
from promises import state_key

KILLS = {"short": 300, "release": 10_000}
DOUBLES = {"short": 0, "release": 2_000}
#: Faults of each kind of call, one run for each call.
FAULTS: dict[str, list[str]] = {
    "open": ["eio"],
    "create": ["eio", "enospc", "edquot", "erofs", "emfile"],
    "read": ["eio"],
    "write": ["eio", "enospc", "edquot", "erofs", "lie", "torn"],
    "sync": ["eio", "enospc"],
    "rename": ["eio", "enospc", "edquot", "erofs"],
    "unlink": ["eio", "erofs"],
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
#: Kinds of calls, and faults, that come at every so many calls in the short form, times the stage's own stride; printed in
#: the result.
STRIDES = {"stat": 16, "edquot": 16, "erofs": 16}


def cases(stage: Stage, counts: dict[str, int], short: bool) -> list[Case]:
    """All faults of a stage's calls."""
    made: list[Case] = []
    own = stage.stride(short)
    for call, faults in FAULTS.items():
        for fault in faults:
            stride = max(STRIDES.get(call, 1), STRIDES.get(fault, 1)) * own if short else 1
            made += [Case(stage, call, fault, at) for at in range(1, counts[call] + 1, stride)]
    made += [Case(stage, CHANGE, "after", at) for at in range(1, counts[CHANGE] + 1, own)]
    last_before = min(1, counts[CHANGE]) if short else counts[CHANGE]
    made += [Case(stage, CHANGE, "before", at) for at in range(1, last_before + 1)]
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
        again = f"faults.py (pair {seed})"
        for _ in range(2):
            call = generator.choice([CHANGE, *(call for call in FAULTS if counts[stage.name][call])])
            fault = "after" if call == CHANGE else generator.choice(FAULTS[call])
            case = Case(stage, call, fault, generator.randint(1, counts[stage.name][call]))
            pair.append(case)
            run = harness.run(case, work)
            for line in harness.promises[stage.name].broken(harness.found(stage, work)):
                harness.lose(" then ".join(map(str, pair)), f"ended with {run.status}: {line}", again)
        for line in harness.rerun(stage, work, state_key(harness.found(stage, work))):
            harness.lose(" then ".join(map(str, pair)), line, again)

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
    with open_harness() as made:
        if options.case:
            repeat(made, options.case)
            sys.exit(1 if made.tally.lost else 0)
        run_all(made, options, started)


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
    tally = harness.tally
    for (fault, status), number in sorted(tally.codes.items()):
        print(f"{fault:8} ended with {status:4}: {number}")
    power = power_loss.run_all(harness, [stage for stage in stages if stage.writes], options.short)
    harness.check_inputs()
    results.finish(
        "a fault at each file call of each tool, kills, power cuts, and the run behind each", tally.cases, tally.lost,
        options, started,
        summary=f"{tally.injected:,} faults injected, {tally.kills:,} kills, {power.states:,} states of a disk whose power "
        "was cut", faults_injected=tally.injected, kills=tally.kills, power_loss_states=power.states,
        runs_behind=tally.reruns, strides=STRIDES | {stage.name: stage.stride(True) for stage in stages if stage.stride(True) > 1}
        if options.short else {},
    )


if __name__ == "__main__":
    main()
