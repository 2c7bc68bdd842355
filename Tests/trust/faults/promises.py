"""What a stage may leave behind a fault, and what it may not: checks on the bytes of a work folder."""
from __future__ import annotations

import functools
import hashlib
import os
import re
from pathlib import Path

from pipeline import UNCOMPARED, Snapshots, Stage

#: Every file by its path, with its bytes; None for a folder.
Tree = dict[str, bytes | None]

_SHA256 = re.compile(rb'"([0-9a-f]{64})"')


def read_tree(work: Path, without: frozenset[str] = frozenset()) -> Tree:
    """All that lies in a work folder but some names in it."""
    found: Tree = {}
    pending = [""]
    while pending:
        folder = pending.pop()
        for entry in os.scandir(work / folder):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if path in without:
                continue
            if entry.is_dir(follow_symlinks=False):
                found[path] = None
                pending.append(path)
            else:
                found[path] = Path(entry.path).read_bytes()
    return found


def write_tree(tree: Tree, work: Path) -> None:
    """Makes the folders and files of a tree."""
    for path in sorted(tree):
        content = tree[path]
        if content is None:
            (work / path).mkdir(parents=True, exist_ok=True)
        else:
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            (work / path).write_bytes(content)


def is_hidden(path: str) -> bool:
    """A temporary or a lock: no listing takes it for a result."""
    return any(part.startswith(".") for part in path.split("/"))


def is_uncompared(path: str) -> bool:
    """What a task cost: differs from run to run, and decides nothing."""
    return UNCOMPARED in path.split("/")


@functools.lru_cache(maxsize=4096)
def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def state_key(tree: Tree) -> str:
    """The same for folders from which a run goes on in the same way."""
    digest = hashlib.sha256()
    for path in sorted(tree):
        content = tree[path]
        kept = "folder" if content is None else "" if is_uncompared(path) else _digest(content)
        digest.update(f"{path}\0{kept}\n".encode())
    return digest.hexdigest()


class Promises:
    """What a stage reads and makes, in bytes, from an undisturbed run."""

    def __init__(self, snapshots: Snapshots, stage: Stage, scratch: Path) -> None:
        self.stage = stage
        self.inputs = frozenset(stage.reads) - frozenset(stage.makes)
        self.output = snapshots.output[stage.name]
        snapshots.prepare(stage, scratch)
        everything = read_tree(scratch)
        self.read: Tree = {path: content for path, content in everything.items() if path.split("/")[0] in self.inputs}
        self.before: Tree = {path: content for path, content in everything.items() if path not in self.read}
        self.after: Tree = {}
        for name in stage.makes:
            made = snapshots.made(stage, name)
            if made.is_dir():
                self.after[name] = None
                self.after |= {f"{name}/{path}": content for path, content in read_tree(made).items()}
            else:
                self.after[name] = made.read_bytes()
        self.after = self.before | self.after
        self._places: dict[bytes, list[str]] = {}
        for path, content in self.after.items():
            if content is not None and not is_uncompared(path):
                self._places.setdefault(_digest(content).encode(), []).append(path)

    def differences(self, found: Tree) -> list[str]:
        """What differs from the undisturbed run's results, litter included."""
        lines = [f"{path}: missing" for path in self.after if path not in found]
        lines += [f"{path}: should not be there" for path in found if path not in self.after]
        for path in self.after.keys() & found.keys():
            if not is_uncompared(path) and self.after[path] != found[path]:
                lines.append(f"{path}: other bytes")
        return sorted(lines)

    def broken(self, found: Tree) -> list[str]:
        """What is visible and wrong in a folder whose stage was stopped.

        A file under its final name has its final bytes (or those from before the stage). All files are there whose
        SHA-256 a marker or manifest tells, and where a report is there, all that it sums up.
        """
        lines: list[str] = []
        for path, content in found.items():
            if is_hidden(path) or is_uncompared(path):
                continue
            if path not in self.after:
                lines.append(f"{path}: unknown")
            elif content not in (self.after[path], self.before.get(path, self.after[path])):
                lines.append(f"{path}: wrong bytes under a final name")
            elif path.endswith(".json") and not path.endswith("plan.json") and content is not None:
                lines += [f"{path}: tells of {name}, which is not there" for name in self._absent(path, content, found)]
        return sorted(lines)

    def _absent(self, path: str, content: bytes, found: Tree) -> list[str]:
        """Files that a visible file vouches for and that are not there with their bytes."""
        absent: list[str] = []
        for digest in _SHA256.findall(content):
            places = self._places.get(digest, [])
            if places and not any(found.get(place) == self.after[place] for place in places):
                absent.append(places[0])
        if path.endswith("report.json") and content != self.before.get(path):
            folder = path.removesuffix("report.json")
            is_step = any(part.startswith("_") for part in folder.split("/"))
            for name, bytes in self.after.items():
                if (name.startswith(folder) or not is_step) and not is_uncompared(name) and found.get(name) != bytes:
                    absent.append(name)
        return absent
