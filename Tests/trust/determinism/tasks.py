"""Tasks one by one, last first, each in a process of its own; other numbers of tasks; other kernels."""
from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from comparison import Comparison
from pipeline import STAGES, Stage

#: Stages that are planned and run in tasks of their own; the others are one call, or made of such stages.
PLANNED = ["chunk", "chunk files", "dedupe signatures", "dedupe buckets", "dedupe cluster", "dedupe drop", "filter", "encode",
           "quantize trained", "quantize", "shard", "index"]


def _reversed(comparison: Comparison, stage: Stage, workers: int) -> None:
    work = comparison.work / f"reversed-{stage.name.replace(' ', '-')}-{workers}"
    comparison.expected.prepare(stage, work)
    command = stage.command(comparison.bin, workers)
    # The verb of a step comes before `plan`.
    verbs = 2 if stage.arguments[0] in ("signatures", "buckets", "cluster", "drop") else 1
    planning = [*command[:verbs], "plan", *command[verbs:]]
    planned = subprocess.run(planning, cwd=work, capture_output=True, text=True, check=False)
    how = " ".join(command)
    if planned.returncode != 0 or not planned.stdout.strip().isdigit():
        comparison.count(f"{stage.name}, planned", [f"exit {planned.returncode}: {planned.stderr[-300:]}"], how)
        return
    for index in reversed(range(int(planned.stdout))):
        run = subprocess.run([*command, "--task-index", str(index)], cwd=work, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            comparison.count(f"{stage.name}, task {index}", [f"exit {run.returncode}: {run.stderr[-300:]}"], how)
            return
    comparison.compare("tasks last first", stage, work, None, how)


def _records(folder: Path, pattern: str) -> str:
    """What all parts hold together, in order."""
    digest = hashlib.sha256()
    for part in sorted(folder.glob(pattern)):
        tool = ["zstd", "-dcq"] if part.name.endswith(".zst") else ["lz4", "-dcq"]
        digest.update(subprocess.run([*tool, part], check=True, capture_output=True).stdout)
    return digest.hexdigest()


def _task_sizes(comparison: Comparison) -> None:
    """The texts that come out do not depend on the number of tasks, only their division into files does."""
    bin, model = comparison.bin, STAGES[1].arguments[STAGES[1].arguments.index("--model") + 1]
    quarantine = ["--on-bad-input", "quarantine", "--progress", "none"]
    small = ["--set", "bands=2", "--set", "rows=2", "--set", "threshold=0.6"]
    calls = {
        "m3-chunk": ["--model", model, "--set", "max_tokens=48"], "m3-filter": [], "m3-dedupe": small,
    }
    for tool, words in calls.items():
        found = {}
        for size in (1, 300, 1200, 1 << 30):
            output = comparison.work / f"{tool}-{size}"
            subprocess.run([bin / tool, *words, "--input", comparison.expected.folder / "start" / "documents", "--output",
                            output, "--set", f"task_bytes={size}", *quarantine], check=True, capture_output=True)
            found[size] = _records(output, "part-*.jsonl.zst")
        same = len(set(found.values())) == 1
        comparison.count(f"{tool}, other sizes of tasks", [] if same else [f"other texts: {found}"], f"{tool} task_bytes")


def _kernels(comparison: Comparison) -> None:
    """Which kernels give the same bytes: no document promises it, and the figures say what is so."""
    listed = {}
    for kernel in ("scalar", "avx2", "avx512", "avx512_vnni", "neon"):
        output = comparison.work / f"kernel-{kernel}"
        stage = next(stage for stage in STAGES if stage.name == "encode")
        work = comparison.work / f"kernels-{kernel}"
        comparison.expected.prepare(stage, work)
        words = stage.command(comparison.bin)
        words[words.index("--output") + 1] = str(output)
        run = subprocess.run([*words, "--kernel", kernel], cwd=work, capture_output=True, check=False)
        if run.returncode == 0:
            listed[kernel] = _records(output, "part-*.lz4")[:16]
    comparison.told["memories by kernel"] = listed


def test(comparison: Comparison) -> None:
    comparison.names += ["tasks last first, a process each", "other sizes of tasks"]
    stages = {stage.name: stage for stage in STAGES}
    for name in PLANNED:
        for workers in (1,) if comparison.short else (1, 3):
            _reversed(comparison, stages[name], workers)
    _task_sizes(comparison)
    _kernels(comparison)
