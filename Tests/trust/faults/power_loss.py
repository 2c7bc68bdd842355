#!/usr/bin/env python3
"""Rebuilds what a power cut may leave of each stage's folder, and shows that nothing wrong is visible there.

    python3 Tests/trust/faults/power_loss.py [--short] [--result FILE] [--only STAGE]

The shim writes down every change that a stage makes. A power cut may come behind any of them. Then

  - of a file, what was written behind its last fsync may be there, be cut, be zeros, or be lost;
  - of a folder, each name that was made, renamed or removed behind the folder's last fsync may be changed or not, each
    on its own and in any order with the data; a folder whose name is lost is lost with all that is in it.

Each state is checked: nothing wrong under a final name, all there that a marker, manifest or report tells of; behind
the last call, all results. Then the stage runs again in the state and must give the same bytes and leave no litter.
States are distinct; where a moment has more than its share, a sample with a fixed seed is taken, and so of the states
in which the stage is run again.

The same is done with a stage that was killed at one of its calls and run again: what the second run found done must be
as durable as what it did.

Two mutants show that states are lost where they should be: a fsync of files that does nothing, and one of folders.
"""
from __future__ import annotations

import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import results
from harness import PROCESSES, Harness, open_harness
from pipeline import STAGES, Stage
from promises import Promises, Tree, is_uncompared, state_key, write_tree

SEED = 20_241
#: States of one moment, beyond which a sample is taken.
STATES_OF_A_MOMENT = 64
#: States of a stage in which it is run again.
RERUNS = {"short": 40, "release": 100_000}
#: Kills of a stage behind a folder that was made or a name that was changed; then it runs again, and the power is
#: cut.
KILLS = {"short": 10, "release": 100_000}


class File:
    """An inode: what is in it, and what of that was synced."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = content
        self.durable = content

    def variants(self) -> list[bytes]:
        """What a power cut may leave of the content; what is likeliest first."""
        if self.durable == self.content:
            return [self.content]
        kept, added = self.durable, self.content[len(self.durable) :]
        made = [self.content, kept, kept + added[: len(added) // 2], kept + bytes(len(added))]
        made.append(kept + added[: len(added) // 2] + bytes(len(added) - len(added) // 2))
        return list(dict.fromkeys(made))


@dataclass(frozen=True)
class Change:
    """A change of the names in a folder: what name leads to which file or folder from now on; None: to nothing."""

    name: str
    target: File | Folder | None


class Folder:
    """A folder: the names that are durable, and changes that are not, in their order."""

    def __init__(self) -> None:
        self.durable: dict[str, File | Folder] = {}
        self.pending: list[tuple[Change, ...]] = []

    def change(self, *changes: Change) -> None:
        self.pending.append(changes)

    def names(self, applied: frozenset[int] | None = None) -> dict[str, File | Folder]:
        """The names, with the pending changes of those numbers; without a set, with all."""
        names = dict(self.durable)
        for number, changes in enumerate(self.pending):
            for change in changes if applied is None or number in applied else ():
                if change.target is None:
                    names.pop(change.name, None)
                else:
                    names[change.name] = change.target
        return names

    def sync(self) -> None:
        self.durable, self.pending = self.names(), []


class Disk:
    """A work folder as its changes come in, and what a power cut may make of it."""

    def __init__(self, tree: Tree) -> None:
        self.root = Folder()
        self.open: dict[int, File | Folder] = {}
        for path in sorted(tree):
            content = tree[path]
            folder, name = self.place(path)
            folder.durable[name] = Folder() if content is None else File(content)

    def place(self, path: str) -> tuple[Folder, str]:
        """The folder of a path, and its name there."""
        *above, name = path.split("/")
        folder = self.root
        for part in above:
            found = folder.names()[part]
            assert isinstance(found, Folder)
            folder = found
        return folder, name

    def at(self, path: str) -> File | Folder:
        if path == ".":
            return self.root
        folder, name = self.place(path)
        return folder.names()[name]

    def play(self, call: list[str], data: bytes) -> None:
        """Makes one change of the shim's journal."""
        kind = call[0]
        if kind == "start":
            self.open = {}
        elif kind == "open":
            descriptor, path, is_new, is_cut = int(call[1]), call[2], call[3] == "1", call[4] == "1"
            if is_new:
                folder, name = self.place(path)
                folder.change(Change(name, File()))
            self.open[descriptor] = self.at(path)
            if is_cut:
                raise ValueError(f"{path}: cut while it was opened: not a change that is known here")
        elif kind == "folder":
            self.open[int(call[1])] = self.at(call[2])
        elif kind == "close":
            self.open.pop(int(call[1]), None)
        elif kind == "write":
            file = self.open[int(call[1])]
            assert isinstance(file, File)
            file.content += data
        elif kind == "sync":
            synced = self.open[int(call[1])]
            if isinstance(synced, File):
                synced.durable = synced.content
            else:
                synced.sync()
        elif kind == "mkdir":
            folder, name = self.place(call[1])
            folder.change(Change(name, Folder()))
        elif kind == "unlink":
            folder, name = self.place(call[1])
            folder.change(Change(name, None))
        elif kind == "rename":
            folder, name = self.place(call[2])
            source, old = self.place(call[1])
            if source is not folder:
                raise ValueError(f"{call[2]}: renamed from another folder: not a change that is known here")
            folder.change(Change(old, None), Change(name, self.at(call[1])))
        else:
            raise ValueError(f"{kind}: not a change that is known here")

    def states(self, generator: random.Random) -> list[Tree]:
        """What a power cut may leave now; all, or a sample that holds the extremes."""
        choices = self._choices()
        total = 1
        for variants in choices.values():
            total *= len(variants)
        if total <= STATES_OF_A_MOMENT:
            picks = [{}]
            for key, variants in choices.items():
                picks = [pick | {key: variant} for pick in picks for variant in range(len(variants))]
        else:
            picks = self._extremes(choices)
            while len(picks) < STATES_OF_A_MOMENT:
                picks.append({key: generator.randrange(len(variants)) for key, variants in choices.items()})
        return [self._tree(choices, pick) for pick in picks]

    def _choices(self) -> dict[object, list[object]]:
        """What may go either way: each pending change of a folder, and the bytes of each file that is not synced."""
        choices: dict[object, list[object]] = {}
        pending: list[Folder] = [self.root]
        seen: set[int] = set()
        while pending:
            folder = pending.pop()
            for number in range(len(folder.pending)):
                choices[folder, number] = [True, False]
            targets = list(folder.durable.values())
            targets += [change.target for changes in folder.pending for change in changes if change.target is not None]
            for target in targets:
                if id(target) in seen:
                    continue
                seen.add(id(target))
                if isinstance(target, Folder):
                    pending.append(target)
                elif len(target.variants()) > 1:
                    choices[target] = list(target.variants())
        return choices

    @staticmethod
    def _extremes(choices: dict[object, list[object]]) -> list[dict[object, int]]:
        """All there, all lost, one thing lost, one thing there."""
        there = {key: 0 for key in choices}
        lost = {key: 1 for key in choices}
        picks = [there, lost]
        for key, variants in choices.items():
            picks += [there | {key: variant} for variant in range(1, len(variants))] + [lost | {key: 0}]
        return picks

    def _tree(self, choices: dict[object, list[object]], pick: dict[object, int]) -> Tree:
        tree: Tree = {}

        def walk(folder: Folder, path: str) -> None:
            applied = frozenset(
                number for number in range(len(folder.pending)) if choices[folder, number][pick[folder, number]]
            )
            for name, target in folder.names(applied).items():
                if isinstance(target, Folder):
                    tree[path + name] = None
                    walk(target, f"{path}{name}/")
                else:
                    content = choices[target][pick[target]] if target in choices else target.content
                    assert isinstance(content, bytes)
                    tree[path + name] = content

        walk(self.root, "")
        return tree


def journal(path: Path) -> list[tuple[list[str], bytes]]:
    """The changes that the shim wrote down."""
    changes: list[tuple[list[str], bytes]] = []
    with open(path, "rb") as file:
        while line := file.readline():
            call = line.decode().rstrip("\n").split("\t")
            changes.append((call, file.read(int(call[2])) if call[0] == "write" else b""))
    return changes


@dataclass
class Found:
    """The distinct states of a stage, and what is wrong in them."""

    states: dict[str, Tree]
    broken: list[str]
    moments: int = 0


class PowerLoss:
    """Cuts the power of the stages of a harness."""

    def __init__(self, harness: Harness, short: bool) -> None:
        self.harness = harness
        self.form = "short" if short else "release"
        self.states = 0
        self.moments = 0

    def record(
        self, stage: Stage, skip: str = "", killed_at: tuple[str, int] | None = None
    ) -> list[tuple[list[str], bytes]]:
        """The changes of a run; or of a run that was killed behind that call, and the one behind it."""
        work = self.harness.work(stage)
        log = self.harness.folder / f"journal-{threading.get_ident()}"
        log.unlink(missing_ok=True)
        command = stage.command(self.harness.bin)
        if killed_at:
            call, at = killed_at
            self.harness.shim.run(command, work, self.harness.report(), log=log, call=call, at=at, fault="after")
        run = self.harness.shim.run(command, work, self.harness.report(), log=log, skip=skip)
        differences = self.harness.promises[stage.name].differences(self.harness.found(stage, work))
        if run.status != 0 or differences:
            raise RuntimeError(f"{stage.name}: a run to record ended with {run.status}: {run.errors} {differences}")
        return journal(log)

    def cut(
        self, stage: Stage, changes: list[tuple[list[str], bytes]], last_only: bool = False, until_broken: bool = False
    ) -> Found:
        """Cuts the power behind each change, or behind the last one only, or until something is broken."""
        promises = self.harness.promises[stage.name]
        generator = random.Random(SEED)
        disk = Disk(promises.before)
        found = Found({}, [])
        for number, (call, data) in enumerate(changes):
            disk.play(call, data)
            is_last = number + 1 == len(changes)
            if call[0] in ("start", "close", "folder") and not is_last or last_only and not is_last:
                continue
            found.moments += 1
            for tree in disk.states(generator):
                self._look(promises, tree, is_last, found, f"behind change {number + 1} of {len(changes)}")
            if found.broken and until_broken:
                break
        return found

    def _look(self, promises: Promises, tree: Tree, is_last: bool, found: Found, where: str) -> None:
        key = state_key(tree) + str(is_last)
        if key in found.states:
            return
        found.states[key] = tree
        lines = promises.broken(tree)
        if is_last:
            # Ended with 0: all results are durable; locks that were removed may come back.
            lines += [
                f"lost behind the end: {path}" for path, content in promises.after.items()
                if not is_uncompared(path) and (path not in tree or tree[path] != content)
            ]
        found.broken += [f"{where}: {line}" for line in lines[:1]]

    def stage(self, stage: Stage) -> None:
        """All states of a stage, and runs in them."""
        began = time.monotonic()
        found = self.cut(stage, self.record(stage))
        for line in found.broken:
            self.harness.lose(stage.name, line, f"power_loss.py --only '{stage.name}'")
        generator = random.Random(SEED)
        keys = sorted(found.states)
        chosen = generator.sample(keys, min(RERUNS[self.form], len(keys)))
        for key in chosen:
            work = self.harness.work(stage, with_before=False)
            write_tree(found.states[key], work)
            for line in self.harness.rerun(stage, work, state_key(found.states[key])):
                self.harness.lose(stage.name, f"state {key[:12]}: {line}", f"power_loss.py --only '{stage.name}'")
        killed = self.kills(stage)
        with self.harness.tally.lock:
            self.states += len(found.states) + killed
            self.moments += found.moments
            self.harness.tally.cases += len(found.states) + killed
        print(
            f"{stage.name}: {len(found.states)} states behind {found.moments} changes, {len(found.broken)} broken; "
            f"run again in {len(chosen)}; {killed} states behind a kill and a run, {time.monotonic() - began:.0f} s",
            flush=True,
        )

    def kills(self, stage: Stage) -> int:
        """Kills, runs again, and cuts the power behind the end; how many states there are."""
        counts = self.harness.counts(stage)
        calls = [(call, at) for call in ("mkdir", "rename") for at in range(1, counts[call] + 1)]
        if len(calls) > KILLS[self.form]:
            # Of the last names some are written when all else is done: a second run finds them.
            last = calls[-4:]
            calls = random.Random(SEED).sample(calls[:-4], KILLS[self.form] - len(last)) + last
        states = 0
        for call in calls:
            found = self.cut(stage, self.record(stage, killed_at=call), last_only=True)
            states += len(found.states)
            for line in found.broken:
                where = f"killed behind {call[0]} {call[1]} and run again"
                self.harness.lose(stage.name, f"{where}: {line}", f"power_loss.py --only '{stage.name}'")
        return states

    def shows_loss(self, stage: Stage, skip: str) -> bool:
        """Whether a state is lost where fsync of files or folders does nothing."""
        return bool(self.cut(stage, self.record(stage, skip=skip), until_broken=True).broken)


def run_all(harness: Harness, stages: list[Stage], short: bool) -> PowerLoss:
    """The mutants, and all stages; losses are in the harness's tally."""
    power = PowerLoss(harness, short)
    with ThreadPoolExecutor(PROCESSES) as pool:
        for skip in ("files", "folders"):
            lost = list(pool.map(lambda stage: power.shows_loss(stage, skip), stages))
            print(f"mutant: fsync of {skip} does nothing: {sum(lost)} of {len(stages)} stages lose states", flush=True)
            for stage, is_lost in zip(stages, lost):
                if not is_lost:
                    harness.lose(stage.name, f"no state is lost where fsync of {skip} does nothing", "power_loss.py")
        list(pool.map(power.stage, stages))
    return power


def main() -> None:
    started = time.monotonic()
    parser = results.parser(__doc__)
    parser.add_argument("--only", metavar="STAGE", help="stages whose name begins so")
    options = parser.parse_args()
    with open_harness() as made:
        stages = [stage for stage in STAGES if stage.writes and stage.name.startswith(options.only or "")]
        power = run_all(made, stages, options.short)
        results.finish(
            "states that a power cut may leave", power.states, made.tally.lost, options, started,
            moments=power.moments, runs_behind=made.tally.reruns,
        )


if __name__ == "__main__":
    main()
