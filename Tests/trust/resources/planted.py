"""Links, pipes, folders and devices planted under every name that a stage writes: nothing elsewhere is written to or
truncated, nothing is waited for, and a run either replaces what was planted or refuses it and goes on once it is gone."""
from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Callable

from pipeline import STAGES, Snapshots, Stage
from trial import Trials, litter

VICTIM = b"what nobody may touch\n"
KINDS = ["link to a file", "link to nothing", "link to a folder", "link to itself", "pipe", "folder", "full folder",
         "hard link", "device", "empty file"]
_RENAMED = re.compile(r'rename(?:at2?)?\((?:AT_FDCWD, )?"([^"]+)", (?:AT_FDCWD, )?"([^"]+)"')
_OPENED = re.compile(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]+)", [^)]*O_CREAT')
_MADE = re.compile(r'mkdir(?:at)?\((?:AT_FDCWD, )?"([^"]+)"')


class Planting:
    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        self.snapshots = Snapshots(trials.work / "undisturbed", trials.bin)
        self.elsewhere = trials.work / "elsewhere"
        self.turn = 0

    def names(self, stage: Stage) -> tuple[list[str], list[str]]:
        """Files and folders that a stage makes, temporaries and locks among them: learnt from one run."""
        work = self.trials.work / "learn"
        self.snapshots.prepare(stage, work)
        log = self.trials.work / "trace"
        subprocess.run(["strace", "-f", "-qq", "-s", "4096", "-e", "trace=openat,open,rename,renameat,renameat2,mkdir",
                        "-o", log, *stage.command(self.trials.bin)], cwd=work, check=True, capture_output=True)
        shutil.rmtree(work)
        text = log.read_text(errors="replace")
        files = [name for pair in _RENAMED.findall(text) for name in pair] + _OPENED.findall(text)
        folders = _MADE.findall(text)
        return _own(files), _own(folders)

    def plant(self, kind: str, path: Path) -> bool:
        """Puts a thing in a place; False where this user may not."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        victim, folder = self.elsewhere / "victim", self.elsewhere / "folder"
        actions: dict[str, Callable[[], object]] = {
            "link to a file": lambda: path.symlink_to(victim),
            "link to nothing": lambda: path.symlink_to(self.elsewhere / "nothing"),
            "link to a folder": lambda: path.symlink_to(folder),
            "link to itself": lambda: path.symlink_to(path.name),
            "pipe": lambda: os.mkfifo(path),
            "folder": path.mkdir,
            "full folder": lambda: (path / "full").mkdir(parents=True),
            "hard link": lambda: os.link(victim, path),
            "device": lambda: os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3)),
            "empty file": path.touch,
        }
        try:
            actions[kind]()
        except PermissionError:
            return False
        return True

    def _reset(self) -> None:
        shutil.rmtree(self.elsewhere, ignore_errors=True)
        (self.elsewhere / "folder").mkdir(parents=True)
        (self.elsewhere / "victim").write_bytes(VICTIM)

    def _untouched(self) -> str | None:
        victim = self.elsewhere / "victim"
        if not victim.is_file() or victim.read_bytes() != VICTIM:
            return "the victim was written to"
        found = sorted(str(path.relative_to(self.elsewhere)) for path in self.elsewhere.rglob("*"))
        return None if found == ["folder", "victim"] else f"made elsewhere: {found}"

    def _reads(self, stage: Stage, name: str) -> bool:
        """Whether the name stood there before the run, as an input or as a part of one."""
        return any(name == read or name.startswith(read + "/") for read in stage.reads)

    def try_name(self, stage: Stage, name: str, kind: str) -> None:
        self._reset()
        work = self.trials.work / "work"
        self.snapshots.prepare(stage, work)
        path = work / name
        if os.path.lexists(path) or not self.plant(kind, path):
            shutil.rmtree(work)
            return
        label = f"{stage.name}, {kind} at {name}"
        how = f"with a {kind} at {name}"
        run = self.trials.run(stage.command(self.trials.bin), cwd=work, limit=6, how=how)
        self.trials.check(label, run, {0, 64, 65, 66, 73, 74, 75})
        problem = self._untouched()
        self.trials.require(f"{label}: elsewhere", problem is None, problem or "", run.how)
        if run.code:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            again = self.trials.run(stage.command(self.trials.bin), cwd=work, how=how + ", which is then removed")
            self.trials.check(f"{label}, then removed", again, {0})
        found = self.snapshots.differences(stage, work) + litter(work)
        links = [str(made) for made in work.rglob("*") if made.is_symlink() or not (made.is_file() or made.is_dir())]
        self.trials.require(f"{label}: results", not found and not links, "; ".join([*found[:3], *links[:3]]), run.how)
        shutil.rmtree(work)

    def stage(self, stage: Stage) -> int:
        files, folders = self.names(stage)
        before = self.trials.cases
        for name in (files + folders)[:: stage.stride(self.trials.short)]:
            kinds = KINDS if name in files else ["link to a file", "link to a folder", "link to nothing", "pipe", "empty file"]
            if name in stage.makes:
                # Where a user puts results is a user's choice, links to other folders included.
                kinds = [kind for kind in kinds if kind != "link to a folder"]
            if self.trials.short:
                # One kind a name, in turn.
                self.turn += 1
                kinds = [kinds[self.turn % len(kinds)]]
            for kind in kinds:
                self.try_name(stage, name, kind)
        return self.trials.cases - before


def _own(names: list[str]) -> list[str]:
    """Names in the work folder, each once."""
    return [name for name in dict.fromkeys(names) if not name.startswith("/")]


def test(trials: Trials) -> None:
    if not shutil.which("strace"):
        trials.skip("planted links: no strace, which tells the names")
        return
    planting = Planting(trials)
    for stage in STAGES:
        if stage.writes:
            print(f"    {stage.name}: {planting.stage(stage)} cases", flush=True)
