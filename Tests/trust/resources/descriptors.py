"""Too few file descriptors, from the fewest with which a tool starts up to enough: 74 or 75 with a message, and a rerun
with enough of them makes what was to be made."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from pipeline import MODEL, STAGES, Snapshots
from trial import Trials, files_of, litter

#: More than any tool opens for one record or task; what is opened by the file grows beyond.
MOST = 40
FILES = 48


def _least(trials: Trials, tool: str) -> int:
    """The fewest descriptors with which the loader finds the tool's libraries."""
    for files in range(4, MOST):
        run = trials.run([trials.tool(tool), "--help"], files=files)
        if run.code == 0:
            return files
    return MOST


def _stages(trials: Trials, snapshots: Snapshots) -> None:
    least = {tool: _least(trials, tool) for tool in sorted({stage.tool for stage in STAGES})}
    for stage in STAGES:
        for files in (*range(least[stage.tool], MOST, 4 if trials.short else 1), MOST):
            work = trials.work / "work"
            snapshots.prepare(stage, work)
            name = f"{stage.name}, {files} descriptors"
            run = trials.run(stage.command(trials.bin), cwd=work, files=files)
            trials.check(name, run, {0, 74, 75}, says=["Too many open files"])
            again = trials.run(stage.command(trials.bin), cwd=work) if run.code else run
            if again is not run:
                trials.check(f"{name}, again", again, {0})
            found = snapshots.differences(stage, work) + litter(work)
            trials.require(f"{name}: results", not found, "; ".join(found[:3]), run.how)
            shutil.rmtree(work)
            if run.code == 0:
                break
        else:
            trials.require(f"{stage.name}: enough", False, f"{MOST} descriptors are not enough", run.how)


def _many(trials: Trials) -> None:
    """Many files a stage: as many tasks, buckets, shards."""
    work = trials.work / "many"
    documents = work / "documents"
    documents.mkdir(parents=True)
    for number in range(FILES):
        text = f"River number {number} flows from hill {number * 7} to lake {number * 3}. Its bridge is of stone."
        (documents / f"{number:03}.jsonl").write_text(f'{{"id":"r{number}","text":"{text}"}}\n')
    small = ["--set", "task_bytes=100"]
    calls: list[tuple[str, list[str], str]] = [
        ("m3-dedupe", ["--input", "documents", "--output", "clean", *small, "--set", "bands=40"], "clean"),
        ("m3-chunk", ["--input", "clean", "--output", "chunks", "--model", MODEL], "chunks"),
        ("m3-dedupe", ["--input", "chunks", "--output", "unique", "--set", "bands=40"], "unique"),
        ("m3-filter", ["--input", "unique", "--output", "references"], "references"),
        ("m3-encode", ["--input", "references", "--output", "memories", "--model", MODEL], "memories"),
        ("m3-quantize", ["--input", "memories", "--references", "references", "--output", "codes", "--codec", "int8"],
         "codes"),
        ("m3-shard", ["--input", "codes", "--references", "references", "--output", "bank"], "bank"),
    ]
    for tool, words, made in calls:
        command = [trials.tool(tool), *words, "--progress", "none", "--workers", "2"]
        whole = trials.run(command, cwd=work, limit=60)
        if not trials.check(f"{tool}, {FILES} files", whole, {0}):
            return
        expected = files_of(work / made)
        for files in (8, 24, *range(32, 64, 4), 64, 80, 96) if not trials.short else (20, 44):
            _again(trials, work, tool, command, made, files, expected)
    for words in (["get", "bank", "r40#0", "--model", MODEL], ["info", "bank"]):
        for files in (*range(5, 14), *range(32, 36)):
            run = trials.run([trials.tool("m3-read"), *words], cwd=work, files=files)
            if run.code != 127:
                trials.check(f"m3-read {words[0]} of {FILES} shards, {files} descriptors", run, {0, 74, 75},
                             says=["Too many open files"])
    run = trials.run([trials.tool("m3-verify"), "bank", "--level", "deep"], cwd=work, files=32)
    trials.check(f"m3-verify of {FILES} shards, 32 descriptors", run, {0})


def _again(
    trials: Trials, work: Path, tool: str, command: list[str], made: str, files: int, expected: dict[str, bytes | None]
) -> None:
    for folder in (made, f"{made}.stage"):
        subprocess.run(["rm", "-rf", work / folder], check=True)
    name = f"{tool}, {FILES} files, {files} descriptors"
    run = trials.run(command, cwd=work, files=files, limit=60)
    if run.code == 127:
        # The loader cannot even find the libraries.
        run.code = 75
        run.err = "Too many open files"
    trials.check(name, run, {0, 74, 75}, says=["Too many open files"])
    if run.code:
        trials.check(f"{name}, again", trials.run(command, cwd=work, limit=60), {0})
    same = files_of(work / made) == expected
    trials.require(f"{name}: results", same and not litter(work / made), "other bytes, or litter", run.how)


def test(trials: Trials) -> None:
    snapshots = Snapshots(trials.work / "undisturbed", trials.bin)
    for part in (lambda: _stages(trials, snapshots), lambda: _many(trials)):
        part()
