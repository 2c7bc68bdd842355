"""Damaged copies of a bank: flipped bits, cut files, files in the wrong place, splices.

A ``Group`` makes its cases by number, so that each can be made again alone. A case is a whole bank's files and what must
be said of them: nothing (``rule`` is None: both verifiers must find damage), or the rule by which it is legal.
"""
from __future__ import annotations

import random
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from sealing import Files, layout, spans

# Changes that leave a bank intact, and why. Damage of any other kind must be found.
LEGAL = {
    "same bytes": "the change gives the bytes that were there",
    "no index": "a bank may have no retrieval index; its manifest and root know nothing of one",
    "same file": "a link to a file with the listed bytes: what is read is what is listed",
    "minor version": "a higher minor version is read",
    "compatible feature": "a compatible feature is ignored",
    "another frame": "the same raw record compressed otherwise, sums and manifest made anew: only the root differs",
    "another record": "other content within the limits, sums and manifest made anew: only the root differs",
    "another manifest": "other opaque settings, and all that follows from them made anew: only the root differs",
    "another role": "the role of a file is opaque; the root does not cover it, manifest_sha256 does",
    "another index": "opaque fields of the retrieval index, or another index, sums made anew: no root covers it",
}
# Legal changes that a known root does not find: what the articles say of it.
BESIDE_ROOT = {"same bytes", "no index", "same file", "another role", "another index"}


class Folder:
    """Stands for a folder where a file is expected."""


class Pipe:
    """Stands for a pipe that nobody writes to."""


class Link(NamedTuple):
    """Stands for a link, by name to another file of the whole bank or to anywhere."""

    target: str


class Case(NamedTuple):
    """`files`: of the damaged bank; a value may be a ``Folder``, ``Pipe`` or ``Link``."""

    label: str
    files: Dict[str, object]
    rule: Optional[str] = None
    #: Whether nobody made sums fit: then a reader must not give anything else than the whole bank.
    accident: bool = True
    #: The file and byte that were changed, where it is one alone.
    place: Optional[Tuple[str, int]] = None
    #: Whether it may be a frame that one version of zstd takes and a later one refuses.
    by_zstd: bool = False


class Group(NamedTuple):
    name: str
    count: int
    make: Callable[[int], Case]


def listed(name: str, cases: Sequence[Callable[[], Case]]) -> Group:
    return Group(name, len(cases), lambda number: cases[number]())


def thinned(group: Group, step: int) -> Group:
    """Every `step`-th case of a group."""
    return Group(group.name, (group.count + step - 1) // step, lambda number: group.make(number * step))


def bits(files: Files, name: str, step: int = 1) -> Group:
    """Every `step`-th bit of a file, one flipped at a time; steps over 1 are odd, so that every place in a byte is hit."""
    data = files[name] or b""

    def make(number: int) -> Case:
        byte, bit = divmod(number * step, 8)
        changed = data[:byte] + bytes([data[byte] ^ 1 << bit]) + data[byte + 1 :]
        return Case(f"bit {bit} of byte {byte}", {**files, name: changed}, place=(name, byte))

    return Group(f"bits of {name}", (8 * len(data) + step - 1) // step, make)


def lengths(files: Files, name: str) -> Group:
    """Every shorter length of a file, and some longer ones."""
    data = files[name] or b""
    longer = [data + b"\0", data + b"\n", data + data, data + b"\0" * 4096, b"\0" + data, b"\n" + data]

    def make(number: int) -> Case:
        if number < len(data):
            return Case(f"cut to {number} bytes", {**files, name: data[:number]})
        return Case(f"longer {number - len(data)}", {**files, name: longer[number - len(data)]})

    return Group(f"lengths of {name}", len(data) + len(longer), make)


def without(files: Dict[str, object], *names: str) -> Dict[str, object]:
    return {name: data for name, data in files.items() if name not in names}


def places(files: Files) -> Group:
    """Files removed, emptied, renamed, doubled, swapped, replaced by others, by folders, pipes and links."""
    names = sorted(files)
    cases: List[Case] = []
    for name in names:
        rule = "no index" if {name} == {n for n in names if n.startswith("index.")} else None
        cases += [
            Case(f"{name} removed", without(files, name), rule),
            Case(f"{name} emptied", {**files, name: b""}),
            Case(f"{name} is a folder", {**files, name: Folder()}),
            Case(f"{name} is a pipe", {**files, name: Pipe()}),
            Case(f"{name} is a link to nowhere", {**files, name: Link("nowhere")}),
            Case(f"{name} is a link to itself", {**files, name: Link(name)}),
            Case(f"{name} is a link to the folder", {**files, name: Link(".")}),
            Case(f"{name} is a device", {**files, name: Link("/dev/zero")}),
        ]
        for new in ("other", f".{name}", f"{name}~", name.upper(), f"{name}.part", "shard-00009.m3s", "shard-1.m3s"):
            cases.append(Case(f"{name} also as {new}", {**files, new: files[name]}))
            cases.append(Case(f"{name} renamed to {new}", {**without(files, name), new: files[name]}))
        for other in names:
            if other != name:
                cases.append(Case(f"{name} replaced by {other}", {**files, name: files[other]}))
                cases.append(Case(f"{name} is a link to {other}", {**files, name: Link(other)}))
                cases.append(Case(f"{name} removed, {other} too", without(files, name, other),
                                  "no index" if {name, other} == {"index.json", "index.faiss"} else None))
            if other > name:
                cases.append(Case(f"{name} and {other} swapped", {**files, name: files[other], other: files[name]}))
    for new in ("index.faiss", "index.json", "shard-00002.m3s", "x", ".m3-lock", " ", "\u00e9"):
        if new not in files:
            cases += [Case(f"a new file {new!r}", {**files, new: b""}), Case(f"a new folder {new!r}", {**files, new: Folder()})]
            cases.append(Case(f"a new link {new!r}", {**files, new: Link("nowhere")}))
    cases.append(Case("nothing changed", {**files}))
    return Group("files in the wrong place", len(cases), cases.__getitem__)


def splices(files: Files, count: int, seed: str) -> Group:
    """Ranges of one place put over another, put in, cut out, swapped; frames and shards swapped; seeded."""
    names = sorted(files)
    shards = [name for name in names if name.startswith("shard-")]

    def make(number: int) -> Case:
        chance = random.Random(f"{seed} {number}")
        target, source = chance.choice(names), chance.choice(names)
        kind = chance.choice(["over", "in", "out", "swap", "zero", "fill", "frames", "bytes", "index"])
        if kind in ("frames", "index"):
            target = chance.choice(shards)
        data, other = files[target] or b"", files[source] or b""
        changed = splice(kind, data, other, chance)
        result: Dict[str, object] = {**files, target: changed}
        if chance.random() < 0.03:
            first, second = chance.sample(shards, 2)
            result[first], result[second] = result[second], result[first]
        return Case(f"{kind} {target} from {source}", result)

    return Group("splices", count, make)


def splice(kind: str, data: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = sorted((chance.randrange(len(data)), chance.randrange(len(data))))
    end = chance.choice([end, min(len(data), start + chance.choice([1, 2, 4, 8, 12, 16, 40, 52, 56, 88, 96]))])
    begin = chance.randrange(len(other))
    piece = other[begin : begin + end - start]
    if kind == "over":
        return data[:start] + piece + data[start + len(piece) :]
    if kind == "in":
        return data[:start] + piece + data[start:]
    if kind == "out":
        return data[:start] + data[end:]
    if kind == "swap":
        size = min(end - start, len(data) - end)
        return data[:start] + data[end : end + size] + data[start + size : end] + data[start : start + size] + data[end + size :]
    if kind == "zero":
        return data[:start] + bytes(end - start) + data[end:]
    if kind == "fill":
        return data[:start] + b"\xff" * (end - start) + data[end:]
    if kind == "bytes":
        changed = bytearray(data)
        for _ in range(chance.randint(2, 8)):
            changed[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(changed)
    return swapped_frames(kind, data, chance)


def swapped_frames(kind: str, shard: bytes, chance: random.Random) -> bytes:
    """Two frames in each other's place, or (`index`) two entries of the index, or one entry over another."""
    where, frames = layout(shard), spans(shard)
    first, second = sorted(chance.sample(range(where.count), 2))
    if kind == "frames":
        (a, n), (b, m) = frames[first], frames[second]
        return shard[:a] + shard[b : b + m] + shard[a + n : b] + shard[a : a + n] + shard[b + m :]
    size, place = chance.choice([(40, where.entry), (12, where.key)])
    a, b = place(first), place(second)
    back = chance.choice([shard[a : a + size], shard[b : b + size]])
    return shard[:a] + shard[b : b + size] + shard[a + size : b] + back + shard[b + size :]
