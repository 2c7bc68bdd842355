"""A whole pipeline that takes a second or two: nine short documents, a random model of two layers.

    from pipeline import STAGES, Snapshots, write_documents
    write_documents(work)
    for stage in STAGES:
        subprocess.run(stage.command(bin, workers=1), cwd=work, check=True)

Every path of a command but the models' is relative to the work folder in which it runs.
`python3 Tests/trust/pipeline.py` runs it once and prints what each stage took.
"""
from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = str(ROOT / "fixtures" / "tiny" / "tiny-llama.gguf")
EMBEDDER = str(ROOT / "fixtures" / "bert" / "tiny")
# Stages that do nothing which others of them do not do too.
COMPOUND = {"dedupe documents", "dedupe references", "chunk", "quantize"}
# What differs from run to run and decides nothing: what a task cost.
UNCOMPARED = "_runs"


@dataclass(frozen=True)
class Stage:
    """A call of a tool: what it reads of the work folder, and what it makes there."""

    name: str
    tool: str
    arguments: tuple[str, ...]
    reads: tuple[str, ...]
    #: Folders and files. None: a tool that only reads, and whose result is its standard output.
    makes: tuple[str, ...] = ()
    #: Whether it takes --workers, and --progress.
    has_workers: bool = True
    has_progress: bool = True
    #: Whether its standard output differs from run to run, since it tells times.
    is_measured: bool = False

    @property
    def writes(self) -> bool:
        return bool(self.makes)

    def stride(self, short: bool) -> int:
        """Of what a harness tries on each stage, how much it tries on this one: every so many cases."""
        return 4 if short and self.name in COMPOUND else 1

    def command(self, bin: Path | str, workers: int = 1) -> list[str]:
        command = [str(Path(bin) / self.tool), *self.arguments]
        if self.has_workers:
            command += ["--workers", str(workers)]
        if self.has_progress:
            command += ["--progress", "none"]
        return command


def _dedupe(name: str, step: list[str], source: str, output: str, reads: tuple[str, ...] = ()) -> Stage:
    # Near-duplicates of the short texts share few shingles.
    settings = ["--set", "bands=2", "--set", "rows=2", "--set", "threshold=0.6"]
    bad = ["--set", "task_bytes=1200", "--on-bad-input", "quarantine"] if source == "documents" else []
    arguments = [*step, "--input", source, "--output", output, *settings, *bad]
    return Stage(name, "m3-dedupe", tuple(arguments), (source, *reads), (output,))


def _steps() -> list[Stage]:
    """The steps of m3-dedupe called one by one, into a folder of their own."""
    steps = ["signatures", "buckets", "cluster", "drop"]
    return [
        _dedupe(f"dedupe {step}", [step], "chunks", "steps", () if step == steps[0] else ("steps",)) for step in steps
    ]


_QUANTIZE = ("--set", "bytes_per_reference=1024", "--set", "directions=64", "--set", "components=32", "--set", "rank=8")
_SOURCES = ("--model", MODEL, "--input", "memories", "--references", "references")
_READ = ("bank",)

STAGES: list[Stage] = [
    _dedupe("dedupe documents", [], "documents", "clean"),
    Stage(
        "chunk", "m3-chunk",
        ("--set", "max_tokens=48", "--model", MODEL, "--input", "clean", "--output", "chunks"),
        ("clean",), ("chunks",),
    ),
    Stage(
        "chunk files", "m3-chunk",
        ("--set", "max_tokens=48", "--set", "task_bytes=1200", "--on-bad-input", "quarantine", "--model", MODEL,
         "--input", "documents", "--output", "cut"),
        ("documents",), ("cut",),
    ),
    _dedupe("dedupe references", [], "chunks", "unique"),
    *_steps(),
    Stage(
        "filter", "m3-filter",
        ("--input", "unique", "--output", "references", "--rejected", "rejected"),
        ("unique",), ("references", "rejected"),
    ),
    Stage("filter sweep", "m3-filter", ("sweep", "--input", "unique", "--svg", "sweep.svg"),
          ("unique",), ("sweep.svg",)),
    Stage(
        "filter train-quality", "m3-filter",
        ("train-quality", "--input", "labelled.jsonl", "--embedder", EMBEDDER, "--output", "quality.head"),
        ("labelled.jsonl",), ("quality.head",),
    ),
    Stage(
        "encode calibrate", "m3-encode",
        ("calibrate", "--model", MODEL, "--input", "references", "--output", "calibration.json", "--references", "2"),
        ("references",), ("calibration.json",),
    ),
    Stage("encode", "m3-encode", ("--model", MODEL, "--input", "references", "--output", "memories"),
          ("references",), ("memories",)),
    Stage("quantize train", "m3-quantize", ("train", *_SOURCES, "--output", "trained.m3c", *_QUANTIZE),
          ("references", "memories"), ("trained.m3c",)),
    Stage("quantize trained", "m3-quantize",
          (*_SOURCES, "--output", "recoded", "--codebook", "trained.m3c", *_QUANTIZE),
          ("references", "memories", "trained.m3c"), ("recoded",)),
    Stage("quantize", "m3-quantize", (*_SOURCES, "--output", "codes", *_QUANTIZE),
          ("references", "memories"), ("codes",)),
    Stage("shard", "m3-shard", ("--input", "codes", "--references", "references", "--output", "bank"),
          ("references", "codes"), ("bank", "bank.stage")),
    Stage("index", "m3-index", ("bank", "--embedder", EMBEDDER), ("bank", "bank.stage"), ("bank", "bank.index")),
    Stage("verify", "m3-verify", ("bank", "--level", "deep"), _READ, has_workers=False),
    Stage("read info", "m3-read", ("info", "bank"), _READ, has_workers=False, has_progress=False),
    Stage("read get", "m3-read", ("get", "bank", "river-00#0", "--model", MODEL), _READ,
          has_workers=False, has_progress=False),
    Stage("read search", "m3-read", ("search", "bank", "water that flows", "--embedder", EMBEDDER), _READ,
          has_workers=False, has_progress=False),
    Stage("read generate", "m3-read",
          ("generate", "bank", "--model", MODEL, "--prompt", "A river is", "--memory", "river-00#0",
           "--max-tokens", "4", "--threads", "1"),
          _READ, has_workers=False, has_progress=False),
    Stage("read evaluate", "m3-read", ("evaluate", "bank", "--model", MODEL, "--items", "items.jsonl"),
          ("bank", "items.jsonl")),
    Stage("read report", "m3-read", ("report", "--json", "."),
          ("clean", "chunks", "unique", "references", "memories", "codes", "bank", "bank.stage"),
          has_workers=False, has_progress=False, is_measured=True),
    Stage("bench read", "m3-bench",
          ("read", "bank", "--model", MODEL, "--count", "2", "--sets", "2", "--rounds", "1"), _READ,
          has_workers=False, has_progress=False, is_measured=True),
    Stage("bench fidelity", "m3-bench",
          ("fidelity", "bank", "--model", MODEL, "--items", "items.jsonl", "--svg", "fidelity.svg"),
          ("bank", "items.jsonl"), ("fidelity.svg",)),
    Stage("plan", "m3-plan", ("--model", MODEL, "--references", "1000"), (), has_workers=False, has_progress=False),
]


def stage(name: str) -> Stage:
    """The stage of that name."""
    return next(stage for stage in STAGES if stage.name == name)


def write_documents(folder: Path) -> None:
    """Writes what no stage makes: documents in three files, labelled texts, evaluation items."""
    subjects = ["river", "bridge", "lake"]
    lines: list[list[str]] = [[], [], []]
    for file, subject in enumerate(subjects):
        for number in range(3):
            text = (
                f"A {subject} is known by its number, {file}{number}. It was seen by monks who wrote of water, of stone"
                f" and of weather. {'Snow falls in the hills. ' * (number == 1)}They counted {number + 2} boats on the"
                f" way.\n\nThe {subjects[file - 1]} beside it is older than the town, and nobody knows who named it first."
            )
            lines[file].append(json.dumps({"id": f"{subject}-{file}{number}", "text": text}))
    # One that is a duplicate, one that no filter keeps, and in each file a line that is no JSON.
    lines[2].append(lines[2][0].replace('"lake-20"', '"lake-copy"'))
    lines[1].append(json.dumps({"id": "digits", "text": "0123 4567 8901 2345 6789 *** ### $$$ 0123"}))
    (folder / "documents").mkdir(parents=True)
    for file, content in enumerate(lines):
        broken = '{"id":broken'
        (folder / "documents" / f"{file}.jsonl").write_text("\n".join([*content, broken]) + "\n")
    _write_labelled(folder / "labelled.jsonl")
    item = {"id": "A", "reference_id": "river-00#0", "task": "A", "context": " They", "target": " counted"}
    (folder / "items.jsonl").write_text(json.dumps(item) + "\n")


def _write_labelled(path: Path) -> None:
    """Texts that are good, and texts that are not, for training a head."""
    good = "The {} runs past the old town, where monks built a bridge of stone in year {}."
    bad = "click {} here now !!! buy {} cheap"
    subjects = ["river", "lake", "road", "canal", "brook", "stream"]
    with open(path, "w", encoding="utf-8") as file:
        for number in range(24):
            text = (good if number % 2 else bad).format(subjects[number % 6], 1400 + number)
            file.write(json.dumps({"text": text, "label": number % 2}) + "\n")


def tree(path: Path) -> dict[str, bytes | None]:
    """Every file beneath a folder (or the one file) by its path there; None for a folder."""
    if path.is_file():
        return {"": path.read_bytes()}
    found: dict[str, bytes | None] = {}
    for entry in sorted(path.rglob("*")) if path.exists() else []:
        found[str(entry.relative_to(path))] = None if entry.is_dir() else entry.read_bytes()
    return found


def differences(expected: Path, found: Path) -> list[str]:
    """What differs in two folders or files, all bytes compared; files under _runs by name alone."""
    before, after = tree(expected), tree(found)
    lines = [f"{name or found.name}: missing" for name in before if name not in after]
    lines += [f"{name}: should not be there" for name in after if name not in before]
    for name in before.keys() & after.keys():
        if UNCOMPARED not in Path(name).parts and before[name] != after[name]:
            lines.append(f"{name or found.name}: other bytes")
    if not expected.exists() and found.exists():
        lines.append(f"{found.name}: should not be there")
    return sorted(lines)


def copy(source: Path, target: Path) -> None:
    """Copies a file or a folder; what is not there is left out."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


class Snapshots:
    """One undisturbed run, kept as it was behind each stage; and each stage's standard output."""

    def __init__(self, folder: Path, bin: Path, workers: int = 1, stages: list[Stage] | None = None) -> None:
        self.folder = folder
        self.stages = STAGES if stages is None else stages
        self.output: dict[str, bytes] = {}
        self.seconds: dict[str, float] = {}
        work = folder / "work"
        work.mkdir(parents=True)
        write_documents(work)
        copy(work, folder / "start")
        for stage in self.stages:
            began = time.monotonic()
            run = subprocess.run(stage.command(bin, workers), cwd=work, capture_output=True, check=False)
            if run.returncode != 0:
                raise RuntimeError(f"{stage.name} ended with {run.returncode}: {run.stderr.decode(errors='replace')}")
            self.seconds[stage.name] = time.monotonic() - began
            self.output[stage.name] = run.stdout
            for name in stage.makes:
                copy(work / name, folder / "after" / stage.name / name)

    def made(self, stage: Stage, name: str) -> Path:
        """What a stage made, undisturbed."""
        return self.folder / "after" / stage.name / name

    def prepare(self, stage: Stage, work: Path) -> None:
        """Copies what a stage reads into a new work folder, as it was before the stage ran."""
        work.mkdir(parents=True)
        earlier = self.stages[: self.stages.index(stage)]
        for name in stage.reads:
            makers = [before for before in earlier if name in before.makes]
            copy(self.made(makers[-1], name) if makers else self.folder / "start" / name, work / name)

    def differences(self, stage: Stage, work: Path) -> list[str]:
        """What differs of what the stage made in a work folder, from the undisturbed run."""
        return [
            f"{name}: {line}" for name in stage.makes for line in differences(self.made(stage, name), work / name)
        ]


def main() -> None:
    from results import bin_folder

    with tempfile.TemporaryDirectory() as folder:
        snapshots = Snapshots(Path(folder) / "undisturbed", bin_folder())
        for name, seconds in snapshots.seconds.items():
            print(f"{seconds * 1000:6.0f} ms  {name}")
        print(f"{sum(snapshots.seconds.values()) * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
