"""Two builds of the same commit in two folders: what they make is the same; whether they are is told."""
from __future__ import annotations

import filecmp
import shutil
import subprocess
from pathlib import Path

import results
from comparison import Comparison
from pipeline import STAGES


def _build(source: Path) -> Path | None:
    tools = sorted({stage.tool for stage in STAGES})
    for tool in tools:
        run = subprocess.run(["swift", "build", "-c", "release", "--product", tool], cwd=source, capture_output=True,
                             text=True, check=False)
        if run.returncode != 0:
            print(run.stdout[-2000:], run.stderr[-2000:])
            return None
    return source / ".build" / "release"


def test(comparison: Comparison) -> None:
    if not shutil.which("swift"):
        comparison.skip("two builds: no swift")
        return
    built = []
    for name in ("one", "another/and much longer/way".replace(" ", "-")):
        source = comparison.work / name
        source.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "clone", "-q", results.ROOT, source], check=True)
        folder = _build(source)
        if not folder:
            comparison.count(f"a build in {name}", ["it failed"], "swift build -c release")
            return
        built.append(folder)
        comparison.pipeline(f"a build in {name}", bin=folder)
    tools = sorted({stage.tool for stage in STAGES})
    comparison.told["binaries of two builds that are equal"] = [
        tool for tool in tools if filecmp.cmp(built[0] / tool, built[1] / tool, shallow=False)]
