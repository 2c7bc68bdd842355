"""The reader under load: sixteen threads read a bank whose files are replaced, cut, flipped and restored beneath them.

    python3 Tests/trust/load/load.py [--short] [--result FILE] [--mutant]

Every answer is either the right one or a typed error; no signal ends the reader; what it holds of memory and descriptors at the
end is what it held after its first second. `--mutant` puts a shard in the place of one that no reader can tell apart (same
identity, size and index, another payload, sealed): then answers are wrong, and the harness must say so.
Twenty seconds with --short, ten minutes without. Builds nothing: `swift build -c release --product m3-load`.
"""
from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import results  # noqa: E402
from pipeline import MODEL  # noqa: E402

THREADS = 16
DOCUMENTS = 240
#: A recycled buffer a thread, and what malloc keeps for itself.
MEMORY_SLACK = 48 << 20


def make_bank(bin: Path, work: Path, name: str, codec: str, level: int) -> Path:
    """A bank of several shards that reads without a model."""

    def run(tool: str, *arguments: str) -> None:
        subprocess.run([str(bin / tool), *arguments], cwd=work, check=True, capture_output=True)

    if not (work / "memories").exists():
        with open(work / "documents.jsonl", "w", encoding="utf-8") as file:
            for number in range(DOCUMENTS):
                text = f"The river {number} runs past {number * 7 % 31} towns and {number % 5} lakes. " * (1 + number % 3)
                file.write(json.dumps({"id": f"river-{number}", "text": text}) + "\n")
        run("m3-chunk", "--input", "documents.jsonl", "--output", "references", "--model", MODEL,
            "--set", "max_tokens=96", "--set", "task_bytes=8192")
        run("m3-encode", "--input", "references", "--output", "memories", "--model", MODEL)
    run("m3-shard", "--input", "memories", "--references", "references", "--output", name, "--codec", codec,
        "--set", f"compression_level={level}")
    return work / name


class Disturber:
    """Changes a bank's files one after another, and restores each."""

    def __init__(self, bank: Path, others: list[Path], seed: int) -> None:
        self.bank = bank
        self.others = others
        self.random = random.Random(seed)
        self.whole = {path.name: path.read_bytes() for path in bank.iterdir()}
        self.shards = sorted(name for name in self.whole if name.startswith("shard-"))
        self.changes: dict[str, int] = {}

    def _rename(self, name: str, content: bytes) -> None:
        # Outside of the bank's folder, on the same file system.
        temporary = self.bank.parent / "replacement"
        temporary.write_bytes(content)
        os.replace(temporary, self.bank / name)

    def _write(self, name: str, content: bytes) -> None:
        """In place: the file that readers have open changes."""
        with open(self.bank / name, "r+b") as file:
            file.write(content)
            file.truncate()

    def replace(self, name: str) -> None:
        other = self.random.choice(self.others) / name
        self._rename(name, other.read_bytes() if other.exists() else b"")

    def truncate(self, name: str) -> None:
        os.truncate(self.bank / name, self.random.randrange(len(self.whole[name])))

    def flip(self, name: str) -> None:
        with open(self.bank / name, "r+b") as file:
            for _ in range(self.random.randrange(1, 64)):
                place = self.random.randrange(len(self.whole[name]))
                file.seek(place)
                file.write(bytes([self.whole[name][place] ^ 1 << self.random.randrange(8)]))

    def grow(self, name: str) -> None:
        with open(self.bank / name, "ab") as file:
            file.write(self.random.randbytes(self.random.randrange(1, 5000)))

    def remove(self, name: str) -> None:
        os.unlink(self.bank / name)

    def same(self, name: str) -> None:
        """The same bytes in a new file: no reader may notice."""
        self._rename(name, self.whole[name])

    def restore(self, name: str) -> None:
        if self.random.random() < 0.5 and (self.bank / name).exists():
            self._write(name, self.whole[name])
        else:
            self._rename(name, self.whole[name])

    def step(self) -> None:
        kinds: list[Callable[[str], None]] = [
            self.replace, self.truncate, self.flip, self.grow, self.remove, self.same,
        ]
        change = self.random.choice(kinds)
        name = self.random.choice(self.shards if self.random.random() < 0.8 else sorted(self.whole))
        change(name)
        self.changes[change.__name__] = self.changes.get(change.__name__, 0) + 1
        time.sleep(self.random.uniform(0.0005, 0.02))
        self.restore(name)
        time.sleep(self.random.uniform(0, 0.02))


def judge(figures: dict[str, int], ended: int, verified: int) -> list[str]:
    """Broken promises of a run."""
    found = []
    if ended != 0:
        found.append(f"the reader ended with {ended}")
    if figures.get("wrong", 1) != 0:
        found.append(f"{figures.get('wrong')} wrong answers")
    if figures.get("answers", 0) == 0 or figures.get("errors", 0) == 0:
        found.append("nothing was answered, or nothing disturbed")
    if figures.get("descriptors_after") != figures.get("descriptors_before"):
        found.append(f"descriptors: {figures.get('descriptors_before')} and then {figures.get('descriptors_after')}")
    if figures.get("memory_after", 0) > figures.get("memory_before", 0) + MEMORY_SLACK:
        found.append(f"memory: {figures.get('memory_before')} bytes and then {figures.get('memory_after')}")
    if verified != 0:
        found.append(f"m3-verify says {verified} of the bank that was restored")
    return found


def main() -> None:
    parser = results.parser(__doc__)
    parser.add_argument("--mutant", action="store_true", help="shows that a wrong answer is seen")
    parser.add_argument("--seconds", type=float, help="in place of 20 and 600")
    options = parser.parse_args()
    started = time.monotonic()
    bin = results.bin_folder()
    seconds = options.seconds or (20 if options.short else 600)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        bank = make_bank(bin, work, "bank", "bf16", 3)
        # Of the same identity, compressed otherwise; and of another one.
        others = [make_bank(bin, work, "recompressed", "bf16", 9), make_bank(bin, work, "other", "int8", 3)]
        reader = subprocess.Popen(
            [str(bin / "m3-load"), "read", "bank", str(THREADS), str(seconds)], cwd=work, stdout=subprocess.PIPE,
            text=True, env={**os.environ, "SWIFT_BACKTRACE": "enable=no"},
        )
        assert reader.stdout and reader.stdout.readline() == "ready\n"
        disturber = Disturber(bank, others, seed=8)
        if options.mutant:
            name = disturber.shards[0]
            subprocess.run([str(bin / "m3-load"), "forge", f"bank/{name}", "forged"], cwd=work, check=True)
            shutil.move(work / "forged", bank / name)
            disturber.whole[name] = (bank / name).read_bytes()
        print(f"{len(disturber.shards)} shards, {THREADS} threads, {seconds:.0f} seconds", flush=True)
        end, told = time.monotonic() + seconds - 0.5, time.monotonic()
        while time.monotonic() < end and reader.poll() is None:
            disturber.step()
            if time.monotonic() > told + 30:
                told = time.monotonic()
                print(f"{sum(disturber.changes.values())} changes, {end - told:.0f} seconds left", flush=True)
        output = reader.communicate()[0]
        figures: dict[str, int] = json.loads(output) if output.strip() else {}
        verified = subprocess.run([str(bin / "m3-verify"), "bank", "--progress", "none"], cwd=work, check=False)
    losses = judge(figures, reader.returncode, 0 if options.mutant else verified.returncode)
    for loss in losses:
        results.lost(loss, f"python3 {' '.join(sys.argv)}")
    results.finish(
        "reader under load: files replaced, cut, flipped and restored", figures.get("reads", 0), len(losses), options,
        started,
        summary=f"{THREADS} threads, {sum(disturber.changes.values())} changes of files, {figures.get('errors', 0):,} typed "
        f"errors, {figures.get('wrong', 0)} wrong answers", threads=THREADS, changes=sum(disturber.changes.values()), **figures,
    )


if __name__ == "__main__":
    main()
