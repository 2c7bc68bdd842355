"""Bad lines, damaged archives and bombs as input of every tool that reads documents, under both policies."""
from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Callable

import archives
from document_cases import GOOD, NEXT, Damage, Lines, bad_lines, damages, duplicates, wholes
from pipeline import MODEL
from trial import BASE, MIB, Run, Trials, files_of, litter

#: A record's cap, as Records.md says, and what is made of it at the same time.
CAP = 64 * MIB


class Reading:
    """One tool that reads documents."""

    def __init__(self, trials: Trials, tool: str, arguments: tuple[str, ...] = ()) -> None:
        self.trials = trials
        self.tool = tool
        self.arguments = arguments
        self.folder = trials.work / f"documents-{tool}"
        self.folder.mkdir()
        self.number = 0

    def run(self, path: Path, policy: str, limit: float = 20) -> tuple[Run, Path]:
        self.number += 1
        output = self.folder / f"out-{self.number}"
        command = [self.trials.tool(self.tool), *self.arguments, "--input", path, "--output", output,
                   "--on-bad-input", policy, "--progress", "none", "--workers", "2"]
        return self.trials.run(command, limit=limit, cwd=self.folder), output

    def place(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def lines(self, case: Lines) -> None:
        path = self.place("lines.jsonl", case.content)
        run, output = self.run(path, "fail")
        says = ["lines.jsonl"] + (["line "] if case.reasons else [])
        self.trials.check(f"{self.tool}, {case.name}, fail", run, {65 if case.reasons else 0}, says=says,
                          memory=CAP + BASE)
        if case.reasons:
            self._nothing_visible(f"{self.tool}, {case.name}, fail", run, output)
            run, output = self.run(path, "quarantine")
            self.trials.check(f"{self.tool}, {case.name}, quarantine", run, {0}, memory=CAP + BASE)
        self.books(f"{self.tool}, {case.name}", run, output, case)

    def books(self, name: str, run: Run, output: Path, case: Lines) -> None:
        """Input is kept plus rejected by reason, and the quarantine holds the rejected ones."""
        if run.code != 0:
            return
        report = json.loads((output / "report.json").read_bytes())
        rejected = report["rejected"]
        held = self._quarantined(output)
        bad = [reason for reason in rejected if reason in {line["kind"] for line in held}]
        expected = sorted(case.reasons)
        found = sorted(line["kind"] for line in held)
        same = len(found) == len(expected) and all(a == b or "?" in (a, b) for a, b in zip(expected, found))
        if "?" in expected:
            same = len(found) == len(expected)
        balanced = report["input"] == report["kept"] + sum(rejected.values())
        counted = sum(rejected[reason] for reason in bad) == len(held)
        total = report["input"] == case.kept + len(case.reasons)
        self.trials.require(
            f"{name}: books", same and balanced and counted and total,
            f"{case.kept} kept and {expected} expected; report {report['input']} in, {report['kept']} kept, {rejected}; "
            f"quarantine {found}", run.how)

    def _quarantined(self, output: Path) -> list[dict]:
        lines = []
        for path in sorted(output.rglob("quarantine-*.jsonl.zst")):
            text = subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout
            lines += [json.loads(line) for line in text.splitlines()]
        return lines

    def _nothing_visible(self, name: str, run: Run, output: Path) -> None:
        """A stage that failed leaves no result that another could take."""
        seen = [file for file in files_of(output) if "_done/" in file or file.startswith("part-") or file == "report.json"]
        done = [file for file in seen if not file.startswith("_")]
        self.trials.require(f"{name}: nothing visible", not done and not litter(output),
                            f"{done} and {litter(output)} in {output}", run.how)

    def damaged(self, case: Damage) -> None:
        path = self.place(case.file, case.content)
        for policy in ("fail", "quarantine"):
            run, output = self.run(path, policy)
            says = [case.file] + ([case.says] if case.says else [])
            name = f"{self.tool}, {case.name}, {policy}"
            # Without a name's promise the bytes are lines, and none of them is JSON.
            self.trials.check(name, run, {65}, says=says, memory=CAP + BASE)
            self._nothing_visible(name, run, output)
        path.unlink()

    def whole(self, name: str, file: str, content: bytes) -> None:
        path = self.place(file, content)
        run, output = self.run(path, "fail")
        self.trials.check(f"{self.tool}, {name}", run, {0}, memory=CAP + BASE)
        self.books(f"{self.tool}, {name}", run, output, Lines(name, content, 2))
        path.unlink()

    def bomb(self, name: str, file: str, make: Callable[[Path], None], *, limit: float, kept: int, memory: int) -> None:
        """A record far too long: `fail` stops at it, `quarantine` counts it and goes on."""
        path = self.folder / file
        make(path)
        for policy in ("fail", "quarantine"):
            run, output = self.run(path, policy, limit)
            codes = {0} if policy == "quarantine" else {65}
            self.trials.check(f"{self.tool}, {name}, {policy}", run, codes, says=[file, "line 2"], memory=memory)
            if policy == "quarantine":
                self.books(f"{self.tool}, {name}", run, output, Lines(name, b"", kept, ("too_long",)))
            print(f"    {self.tool}, {name}, {policy}: {run.seconds:.1f} s, {run.peak / MIB:.0f} MiB", flush=True)
        path.unlink()


def _sparse(path: Path, zeros: int) -> None:
    with open(path, "wb") as file:
        file.write(GOOD.encode())
        file.seek(zeros, os.SEEK_CUR)
        file.write(b"\n" + NEXT.encode())


def _zstd_bomb(path: Path, zeros: int, window_log: int = 17) -> None:
    path.write_bytes(archives.zstd(GOOD.encode(), zeros=zeros, window_log=window_log) + archives.zstd(b"\n" + NEXT.encode()))


def _gzip_bomb(path: Path, zeros: int) -> None:
    piece = archives.gzip(bytes(1 << 22))
    path.write_bytes(archives.gzip(GOOD.encode()) + piece * (zeros >> 22) + archives.gzip(b"\n" + NEXT.encode()))


def _lz4_bomb(path: Path, zeros: int) -> None:
    path.write_bytes(archives.lz4(GOOD.encode(), zeros=zeros) + archives.lz4(b"\n" + NEXT.encode()))


def _bombs(reading: Reading, full: bool) -> None:
    gib = 1 << 30
    usual = CAP + BASE
    if not full:
        return
    reading.bomb("a line of 1 GiB", "line.jsonl", lambda p: _sparse(p, gib), limit=60, kept=2, memory=usual)
    big = gib if reading.trials.short else 10 * gib
    reading.bomb(f"zst of {big >> 30} GiB", "d.jsonl.zst", lambda p: _zstd_bomb(p, big), limit=90, kept=2, memory=usual)
    reading.bomb("gz of 1 GiB", "d.jsonl.gz", lambda p: _gzip_bomb(p, gib), limit=60, kept=2, memory=usual)
    reading.bomb("lz4 of 1 GiB", "d.jsonl.lz4", lambda p: _lz4_bomb(p, gib), limit=60, kept=2, memory=usual)
    # zstd itself keeps the window that a frame asks for, 128 MiB at most.
    reading.bomb("zst of 1 GiB with a window of 128 MiB", "d.jsonl.zst", lambda p: _zstd_bomb(p, gib, 27), limit=60,
                 kept=2, memory=usual + 128 * MIB)


def _changed(reading: Reading) -> None:
    """A file that grows, shrinks or is replaced while it is read: refused, and nothing of it is a result."""
    trials = reading.trials
    line = '{{"id":"{}","text":"' + "Rivers flow down to the lake. " * 40 + '"}}\n'
    content = "".join(line.format(n) for n in range(60_000)).encode()

    def grow(path: Path) -> None:
        with open(path, "ab") as file:
            file.write(line.format("more").encode())

    def shrink(path: Path) -> None:
        os.truncate(path, len(content) // 2)

    def replace(path: Path) -> None:
        other = path.with_name("other")
        other.write_bytes(content.replace(b"lake", b"pond"))
        os.replace(other, path)

    for name, change in (("grows", grow), ("shrinks", shrink), ("is replaced", replace)):
        path = reading.place("changed.jsonl", content)
        timer = threading.Timer(0.35, change, (path,))
        timer.start()
        run, output = reading.run(path, "quarantine", 60)
        timer.join()
        # One that was done with the file before may end well.
        trials.check(f"{reading.tool}, a file that {name} while it is read", run, {0, 65}, says=["changed.jsonl"])
        if run.code == 0:
            report = json.loads((output / "report.json").read_bytes())
            trials.require(f"{reading.tool}, a file that {name}: books", report["input"] == 60_000,
                           f"{report['input']} records of 60000", run.how)
        else:
            reading._nothing_visible(f"{reading.tool}, a file that {name}", run, output)
        path.unlink()


def _unreadable(reading: Reading) -> None:
    """A file that may not be read, by a user who is not root."""
    trials = reading.trials
    if os.geteuid() != 0:
        trials.skip("unreadable input as another user: needs root")
        return
    path = reading.place("secret.jsonl", GOOD.encode())
    path.chmod(0o000)
    for above in (reading.folder, trials.work):
        above.chmod(0o777)
    run, _ = reading.run(path, "fail")
    trials.check(f"{reading.tool}, unreadable input as root", run, {0, 74})
    nobody = 65534

    def become() -> None:
        os.setgroups([])
        os.setgid(nobody)
        os.setuid(nobody)

    reading.number += 1
    command = [trials.tool(reading.tool), *reading.arguments, "--input", path, "--output",
               reading.folder / f"out-{reading.number}", "--progress", "none"]
    run = trials.run(command, cwd=Path("/"), prepare=become, how="as user nobody")
    trials.check(f"{reading.tool}, unreadable input", run, {74}, says=["secret.jsonl", "Permission denied"])
    closed = reading.folder / "closed"
    closed.mkdir(mode=0o755)
    path.chmod(0o644)
    run = trials.run([*command[:-4], "--output", closed / "out", "--progress", "none"], cwd=Path("/"), prepare=become,
                     how="as user nobody")
    trials.check(f"{reading.tool}, output folder that may not be written", run, {73, 74}, says=["Permission denied"])


def test(trials: Trials) -> None:
    tools = [Reading(trials, "m3-chunk", ("--model", MODEL)), Reading(trials, "m3-filter", ("--level", "document")),
             Reading(trials, "m3-dedupe", ("--level", "document"))]
    for place, reading in enumerate(tools):
        # All tools read through one reader: in the short form one of them does all, and the others a part.
        share = 1 if place == 0 or not trials.short else 6
        for case in bad_lines()[::share] + (duplicates() if place == 0 else []):
            reading.lines(case)
        for damage in damages()[::share]:
            reading.damaged(damage)
        for whole in wholes()[::share]:
            reading.whole(*whole)
        _bombs(reading, place == 0 or not trials.short)
        if place == 0 or not trials.short:
            _changed(reading)
        _unreadable(reading)
        for path in reading.folder.glob("out-*"):
            subprocess.run(["rm", "-rf", path], check=True)
