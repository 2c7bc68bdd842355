"""What an undisturbed run of the tiny pipeline makes, and how another run's outputs differ from it."""
from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import results
from pipeline import STAGES, Snapshots, Stage, tree

#: Tools that print what a run cost, or where folders lie.
_UNPRINTED = {"read report"}


@dataclass
class Comparison:
    """Counts compared runs and losses; `told` are differences that no document excludes."""

    bin: Path
    work: Path
    short: bool
    cases: int = 0
    lost: int = 0
    files: int = 0
    names: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    told: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.expected = Snapshots(self.work / "undisturbed", self.bin)

    def skip(self, what: str) -> None:
        self.skipped.append(what)
        print(f"  skipped: {what}", flush=True)

    def count(self, name: str, found: list[str], how: str) -> None:
        """One compared stage or pipeline."""
        self.cases += 1
        if found:
            self.lost += 1
            results.lost(f"{name}: {'; '.join(found[:4])}", how)

    def pipeline(
        self, name: str, *, workers: int = 1, environment: dict[str, str] | None = None, work: Path | None = None,
        prepare: Callable[[], None] | None = None, wrapper: tuple[str, ...] = (), bin: Path | None = None,
        before: Callable[[Path], None] | None = None,
    ) -> Path:
        """Runs every stage and compares what each made and printed. `environment` replaces the whole environment's keys;
        `prepare` runs in each child; `before` changes the inputs' folder."""
        self.names.append(name)
        work = work or self.work / f"run-{len(self.names)}"
        subprocess.run(["cp", "-r", self.expected.folder / "start", work], check=True)
        if before:
            before(work)
        variables = dict(os.environ) if environment is None or "PATH" not in environment else {}
        variables.update(environment or {})
        for stage in STAGES:
            command = [*wrapper, *stage.command(bin or self.bin, workers)]
            run = subprocess.run(command, cwd=work, env=variables, preexec_fn=prepare, capture_output=True, check=False)
            if run.returncode != 0:
                self.count(f"{name}, {stage.name}", [f"exit {run.returncode}: {run.stderr.decode(errors='replace')[-300:]}"],
                           f"{name}: {' '.join(command)}")
                return work
            self.compare(name, stage, work, run.stdout, " ".join(command))
        print(f"  {name}", flush=True)
        return work

    def compare(self, name: str, stage: Stage, work: Path, printed: bytes | None, how: str) -> None:
        found = self.expected.differences(stage, work)
        is_compared = stage.name not in _UNPRINTED and not stage.is_measured
        if printed is not None and is_compared and printed != self.expected.output[stage.name]:
            found.append("it prints something else")
        self.files += sum(len(tree(work / made)) for made in stage.makes)
        self.count(f"{name}, {stage.name}", found, f"{name}: {how}")
