"""The two verifiers side by side: `m3-damage`, which runs Swift's verifier and reader, and verify_bank.py."""
from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

import verify_bank
from mutations import BESIDE_ROOT, Case, Folder, Link, Pipe
from sealing import Files, layout, spans

# Seconds for one bank, which takes a millisecond.
PATIENCE = 60.0


class Loss(NamedTuple):
    """A promise that was broken."""

    what: str
    case: Case


def edits(name: str, old: bytes, new: bytes) -> List[List[Any]]:
    """What makes `new` of `old`, in the form of m3-damage."""
    if len(old) == len(new):
        return [[name, start, end - start, new[start:end].hex()] for start, end in differing(old, new)]
    start, end = common(old, new), 0
    limit = min(len(old), len(new)) - start
    end = common(old[len(old) - limit :][::-1], new[len(new) - limit :][::-1]) if limit else 0
    return [[name, start, len(old) - start - end, new[start : len(new) - end].hex()]]


def differing(old: bytes, new: bytes, block: int = 64) -> List[Tuple[int, int]]:
    """Runs of blocks that differ."""
    runs: List[Tuple[int, int]] = []
    for start in range(0, len(old), block):
        if old[start : start + block] != new[start : start + block]:
            end = min(start + block, len(old))
            if runs and runs[-1][1] == start:
                start = runs.pop()[0]
            runs.append((start, end))
    return runs


def common(old: bytes, new: bytes) -> int:
    """Length of the common beginning."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if old[:middle] == new[:middle] else (low, middle - 1)
    return low


def order(whole: Files, files: Dict[str, Any]) -> bytes:
    """The line for m3-damage that makes `files` of the whole bank."""
    found: Dict[str, List[Any]] = {"edits": [], "remove": [], "folders": [], "pipes": [], "links": []}
    for name, data in files.items():
        if isinstance(data, Folder):
            found["folders"].append(name)
        elif isinstance(data, Pipe):
            found["pipes"].append(name)
        elif isinstance(data, Link):
            found["links"].append([name, data.target])
        elif name not in whole:
            found["edits"].append([name, 0, 0, data.hex()])
        elif data is not whole[name] and data != whole[name]:
            found["edits"] += edits(name, whole[name] or b"", data)
    found["remove"] = [name for name in whole if name not in files]
    return json.dumps({key: value for key, value in found.items() if value}).encode() + b"\n"


def as_read(files: Dict[str, Any]) -> Files:
    """What opening each name gives: the file, or None where it is none."""
    def read(data: Any, depth: int = 0) -> Optional[bytes]:
        if isinstance(data, Link):
            return read(files.get(data.target), depth + 1) if depth < 8 else None
        return None if isinstance(data, (Folder, Pipe)) else data

    return {name: read(data) for name, data in files.items()}


class Child:
    """A running m3-damage, started again when it dies."""

    def __init__(self, tool: Path, bank: Path) -> None:
        self.tool, self.bank = tool, bank
        shared = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="m3-damage-", dir=shared if shared.is_dir() else None))
        # Runs where a process of a pool ends, which `atexit` does not.
        Finalize(self, self.close, exitpriority=1)
        self.process: Optional[subprocess.Popen[bytes]] = None

    def start(self) -> subprocess.Popen[bytes]:
        shutil.rmtree(self.folder / "bank", ignore_errors=True)
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
        self.process = subprocess.Popen(
            [str(self.tool), str(self.bank), str(self.folder / "bank")], env=environment, bufsize=0,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.rest = b""
        return self.process

    def send(self, lines: List[bytes]) -> None:
        """Few enough lines that their verdicts fit into a pipe, so that neither side waits for the other."""
        process = self.process or self.start()
        data = memoryview(b"".join(lines))
        try:
            while data:
                data = data[os.write(process.stdin.fileno(), data) :]
        except BrokenPipeError:
            pass  # It died; receive() tells where.

    def receive(self) -> Any:
        """The next verdict, or what became of the child instead."""
        output = self.process.stdout.fileno()
        while b"\n" not in self.rest:
            if not select.select([output], [], [], PATIENCE)[0]:
                self.process.kill()
                return self.ended(f"no verdict in {PATIENCE:.0f} seconds")
            data = os.read(output, 1 << 16)
            if not data:
                return self.ended(None)
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def ended(self, why: Optional[str]) -> str:
        code = self.process.wait()
        self.process = None
        return why or f"ended with {code}"

    def close(self) -> None:
        if self.process:
            self.process.stdin.close()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Judges:
    """Both verifiers over one bank."""

    def __init__(self, tool: Path, bank: Path, peak_kib: int) -> None:
        self.whole: Files = verify_bank.load(bank)
        self.root = json.loads(self.whole["manifest.json"] or b"")["root"]
        self.child = Child(tool, bank)
        self.peak_limit = peak_kib
        self.peak = 0
        self.losses: List[Loss] = []
        self.counts: Dict[str, int] = {}

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def judge(self, cases: List[Case]) -> None:
        """Judges cases by both; the child works while verify_bank does."""
        lines = [order(self.whole, case.files) for case in cases]
        done = 0
        self.child.send(lines)
        second = [verify_bank.verify(as_read(case.files)) for case in cases]
        while done < len(cases):
            verdict = self.child.receive()
            self.compare(cases[done], verdict, second[done])
            done += 1
            if self.child.process is None and done < len(cases):
                self.child.send(lines[done:])

    def compare(self, case: Case, verdict: Any, findings: List[verify_bank.Finding]) -> None:
        rule = self.unchanged(as_read(case.files)) or case.rule
        if case.by_zstd and self.is_for_zstd_to_say(verdict, findings):
            self.count("a frame that one zstd takes and another refuses; the record is the same")
            return
        if isinstance(verdict, str):
            self.losses.append(Loss(f"m3-damage: {verdict}", case))
            return
        self.peak = max(self.peak, verdict["peak_kib"])
        self.count(f"legal: {rule}" if rule else "damaged")
        self.count(f"reader: {verdict['reader']}")
        first = verdict["outcome"] == "damaged"
        problems = []
        if verdict["outcome"] == "unreadable":
            problems.append("m3-verify cannot read it")
        if first != (rule is None):
            problems.append(f"m3-verify says {verdict['outcome']} {verdict['damage'][:1]}")
        if bool(findings) != (rule is None):
            problems.append(f"verify_bank.py says {findings[:1] or 'intact'}")
        if first and findings and not {damage[1] for damage in verdict["damage"]} & {found.file for found in findings}:
            problems.append(f"they name other files: {verdict['damage'][:1]}, {findings[:1]}")
        if rule and rule not in BESIDE_ROOT and verdict["root_known"]:
            problems.append("the root is the known one")
        if case.accident and verdict["reader"] == "other":
            problems.append("a reader gave something else and threw nothing")
        if verdict["peak_kib"] > self.peak_limit:
            problems.append(f"{verdict['peak_kib']} KiB of memory, the limit is {self.peak_limit}")
            self.child.process.kill()
            self.child.ended(None)
        problems += self.misplaced(case, verdict["damage"], findings)
        self.losses += [Loss(problem, case) for problem in problems]

    @staticmethod
    def is_for_zstd_to_say(verdict: Any, findings: List[verify_bank.Finding]) -> bool:
        """Whether zstd's versions alone differ on a frame, and the one that takes it gives the whole bank's record."""
        if isinstance(verdict, str) or verdict["outcome"] != "intact" or verdict["reader"] != "same":
            return False
        return bool(findings) and all(found.problem.startswith("zstd: ") for found in findings)

    def unchanged(self, files: Files) -> Optional[str]:
        """The rule by which a bank is the whole one, perhaps without its index."""
        if files == self.whole:
            return "same bytes"
        unindexed = {name: data for name, data in self.whole.items() if not name.startswith("index.")}
        return "no index" if files == unindexed else None

    def misplaced(self, case: Case, damage: List[List[Any]], findings: List[verify_bank.Finding]) -> List[str]:
        """Whether one flipped bit was found where it is: its file, its part of the shard, its record."""
        if not case.place:
            return []
        name, byte = case.place
        problems = []
        if {entry[1] for entry in damage} - {name} or {found.file for found in findings} - {name}:
            problems.append("another file is named too")
        if name.startswith("shard-"):
            here = self.part(name, byte)
            places = {(self.part(name, entry[2]), entry[3]) for entry in damage if entry[2] is not None}
            if places != {(here, self.record(name, here))}:
                problems.append(f"m3-verify names {places}, it is in {here}")
            others = {(self.part(name, found.offset), found.record) for found in findings if found.problem != "SHA-256"}
            if others != {(here, self.record(name, here))}:
                problems.append(f"verify_bank.py names {others}, it is in {here}")
        elif name.endswith(".json"):
            # A key that is out of order now makes the canonical form differ before it. Else nothing before the string or
            # number with the byte can be wrong; what the byte opened may end much later.
            offsets = [entry[2] for entry in damage if entry[2] is not None and "canonical" not in entry[4]]
            token = (self.whole[name] or b"").rfind(b'"', 0, byte)
            if any(offset < token for offset in offsets):
                problems.append(f"m3-verify names bytes {offsets}, it is byte {byte}")
        return problems

    def part(self, name: str, byte: int) -> str:
        """Which part of a whole shard a byte is in."""
        shard = self.whole[name] or b""
        where = layout(shard)
        if byte < 96:
            return "header"
        for position, (start, length) in enumerate(spans(shard)):
            if start <= byte < start + length:
                return f"record {position}"
        return "footer" if byte >= where.footer else "index"

    def record(self, name: str, part: str) -> Optional[int]:
        kind, _, position = part.partition(" ")
        return int(name[6:11]) << 20 | int(position) if kind == "record" else None

    def close(self) -> None:
        self.child.close()
