"""Standard streams that are full, gone or closed: the run ends with a code and not with a signal, and no result's file
gets what was meant for a stream."""
from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Callable

from pipeline import MODEL, STAGES, Snapshots, Stage
from trial import Run, Trials, litter

HELP = [["--help"], ["run", "--help"], ["help"], ["--version"], ["--no-such-option"], []]
_WITHOUT_TASKS = {"filter sweep", "filter train-quality", "encode calibrate", "quantize train", "dedupe documents",
                  "dedupe references", "bench fidelity"}


class Streams:
    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        self.snapshots = Snapshots(trials.work / "undisturbed", trials.bin)
        self.calls = 0

    def _work(self, stage: Stage) -> Path:
        self.calls += 1
        work = self.trials.work / f"work-{self.calls}"
        self.snapshots.prepare(stage, work)
        return work

    def _run(self, stage: Stage, words: list[str], how: str, **streams: object) -> tuple[Run, Path]:
        work = self._work(stage)
        return self.trials.run(words, cwd=work, how=how, **streams), work  # type: ignore[arg-type]

    def printing(self) -> None:
        """Full, and left by their reader."""
        for stage in STAGES:
            calls = {stage.name: stage.command(self.trials.bin)}
            if stage.has_workers and stage.writes and stage.name not in _WITHOUT_TASKS:
                calls[f"{stage.name} --list-missing"] = [*stage.command(self.trials.bin), "--list-missing"]
            for name, words in calls.items():
                prints = bool(self.snapshots.output[stage.name]) or "--list-missing" in words
                with open("/dev/full", "wb") as full:
                    run, work = self._run(stage, words, "with >/dev/full", stdout=full)
                    self.trials.check(f"{name}, stdout full", run, {74} if prints else {0},
                                      says=["standard output", "No space left"])
                    shutil.rmtree(work)
                    run, work = self._run(stage, words, "with 2>/dev/full", stderr=full)
                    self.trials.check(f"{name}, stderr full", run, {0})
                    shutil.rmtree(work)
                gone = _broken_pipe()
                run, work = self._run(stage, words, "with | head -0", stdout=gone, stderr=gone)
                os.close(gone)
                # A reader that has seen enough is not an error of ours.
                self.trials.check(f"{name}, stdout gone", run, {0})
                shutil.rmtree(work)

    def closed(self) -> None:
        """Without descriptors 0 to 2 at all: what is opened first gets their numbers."""
        for stage in STAGES:
            for streams in ((0,), (1,), (2,), (0, 1, 2)):
                if self.trials.short and streams == (0,):
                    continue
                words = stage.command(self.trials.bin)
                how = "with " + " ".join(f"{number}>&-" for number in streams)
                run, work = self._run(stage, words, how, prepare=_closing(streams))
                prints = bool(self.snapshots.output[stage.name]) and 1 in streams
                run.err = run.err or "closed"
                self.trials.check(f"{stage.name}, {how}", run, {74} if prints else {0})
                if not prints:
                    found = self.snapshots.differences(stage, work) + litter(work)
                    self.trials.require(f"{stage.name}, {how}: results", not found, "; ".join(found[:3]), run.how)
                shutil.rmtree(work)

    def help(self) -> None:
        """Before a tool's own code runs."""
        tools = sorted({stage.tool for stage in STAGES} | {"m3-bench"})
        for tool in tools:
            for words in HELP[:1] if self.trials.short else HELP:
                command = [self.trials.tool(tool), *words]
                gone = _broken_pipe()
                run = self.trials.run(command, stdout=gone, stderr=gone, how="with 2>&1 | head -0")
                os.close(gone)
                run.err = run.err or "gone"
                if run.code == -signal.SIGPIPE:
                    # What is printed before a tool's own code runs is the argument parser's, and ends as programs do.
                    self.trials.told["ended by SIGPIPE before their own code ran"] = [
                        *self.trials.told.get("ended by SIGPIPE before their own code ran", []), " ".join([tool, *words])]
                else:
                    self.trials.check(f"{tool} {' '.join(words)}, streams gone", run)
                with open("/dev/full", "wb") as full:
                    run = self.trials.run(command, stdout=full, stderr=full, how="with >/dev/full 2>&1")
                run.err = run.err or "full"
                self.trials.check(f"{tool} {' '.join(words)}, streams full", run)
                run = self.trials.run(command, prepare=_closing((0, 1, 2)), how="with all streams closed")
                run.err = run.err or "closed"
                self.trials.check(f"{tool} {' '.join(words)}, streams closed", run)

    def talk(self) -> None:
        """m3-read chat: stdin that ends, is a folder, or brings what is no text."""
        stage = next(stage for stage in STAGES if stage.name == "read generate")
        words = [self.trials.tool("m3-read"), "chat", "bank", "--model", MODEL, "--max-tokens", "2", "--threads", "1",
                 "--embedder", str(Path(MODEL).parents[1] / "bert" / "tiny")]
        inputs = {"nothing": b"", "no line's end": b"hello", "NUL": b"a\0b\n", "not UTF-8": b"\xff\xfe\n",
                  "1 MB": b"x" * 1_000_000 + b"\n", "empty lines": b"\n" * 100}
        for name, content in inputs.items():
            work = self._work(stage)
            path = self.trials.work / "input"
            path.write_bytes(content)
            with open(path, "rb") as stdin:
                run = self.trials.run(words, cwd=work, stdin=stdin, limit=60, how=f"with {name} on stdin")
            self.trials.check(f"chat, {name}", run)
            shutil.rmtree(work)


def _broken_pipe() -> int:
    """The writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def _closing(numbers: tuple[int, ...]) -> Callable[[], None]:
    return lambda: [os.close(number) for number in numbers] and None


def test(trials: Trials) -> None:
    streams = Streams(trials)
    for part in (streams.printing, streams.closed, streams.help, streams.talk):
        before = trials.cases
        part()
        print(f"    {part.__name__}: {trials.cases - before} cases", flush=True)
