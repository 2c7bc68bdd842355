"""Headers that lie: counts, lengths and dimensions of every format that is read, sums made right again where the file has
them; files cut short; sparse files of a TiB. Each is refused with exit 65, or read in bounded memory and time."""
from __future__ import annotations

import os
import resource
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator

import archives
import lies
from header_cases import (array_of, config_cases, gguf_cases, index_manifest, json_damages, manifest_cases, safetensors_cases,
                          sealed_numbers, shard_cases, tokenizer_cases, vouching)
from lies import GGUF
from pipeline import EMBEDDER, MODEL, Snapshots
from trial import BASE, MIB, Trials

TIB = 1 << 40
#: What a run on such small files may take, whatever their headers say: GGUF's own limit of what is held is 128 MiB, and a
#: manifest that lists 100,000 shards is parsed whole.
MEMORY = BASE + 192 * MIB
LIMIT = 10.0
#: A lie that contradicts nothing else may be read as it stands.
READ_OR_REFUSED = {0, 65}


class Headers:
    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        snapshots = Snapshots(trials.work / "undisturbed", trials.bin)
        self.work = snapshots.folder / "work"
        self.calls = 0

    def run(self, name: str, tool: str, *arguments: Any, codes: Iterable[int] = (65,), says: Iterable[str] = ()) -> None:
        """One call; `OUT` among the arguments is a new folder or file."""
        self.calls += 1
        output = self.trials.work / f"out-{self.calls}"
        words = [output if word == "OUT" else word for word in arguments]
        run = self.trials.run([self.trials.tool(tool), *words], limit=LIMIT, cwd=self.work)
        self.trials.check(f"{tool}, {name}", run, codes, says=says, memory=MEMORY)
        if output.is_dir():
            shutil.rmtree(output)
        elif output.exists():
            output.unlink()

    def thinned(self, cases: Iterable[tuple], step: int) -> list[tuple]:
        """In the short form every `step`-th of them."""
        return list(cases)[::step if self.trials.short else 1]

    # GGUF

    def gguf(self) -> None:
        path = self.trials.work / "model.gguf"
        for name, content, codes in self.thinned(gguf_cases(), 7):
            path.write_bytes(content)
            says = ["model.gguf"]
            if not self.trials.short:
                self.run(name, "m3-plan", "--model", path, "--references", "10", codes=codes | {0}, says=says)
            self.run(name, "m3-chunk", "--model", path, "--input", "documents", "--output", "OUT", "--on-bad-input",
                     "quarantine", "--progress", "none", codes=codes | {0}, says=says)
            self.run(name, "m3-encode", "--model", path, "--input", "references", "--output", "OUT", "--progress", "none",
                     codes=codes, says=says if 64 not in codes else [])
        good = GGUF.read(MODEL)
        for name, content in [
            ("1 TiB behind the tensors", good.bytes()),
            ("1 TiB of magic", b"GGUF"),
            ("1 TiB and 2^30 values", good.bytes(value_count=1 << 30)),
            ("1 TiB and 2^30 tensors", good.bytes(tensor_count=1 << 30)),
            ("1 TiB of string", b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 39)),
            ("1 TiB in an array", array_of(0, 1 << 39)), ("1 TiB in an array of strings", array_of(8, 1 << 36)),
            ("120 MiB of empty strings", array_of(8, 15 << 20)), ("120 MiB of empty arrays", array_of(9, 10 << 20)),
            ("a tensor of 1 TiB", good.with_tensor(0, dimensions=[64, 1 << 33])),
            ("a tensor 1 TiB away", good.with_tensor(19, offset=1 << 39)),
        ]:
            path.write_bytes(content)
            os.truncate(path, TIB)
            self.run(name, "m3-plan", "--model", path, "--references", "10", says=["model.gguf"])
            self.run(name, "m3-encode", "--model", path, "--input", "references", "--output", "OUT", says=["model.gguf"])
        path.unlink()

    # An embedder: safetensors, config.json, tokenizer.json

    def embedder(self) -> None:
        folder = self.trials.work / "embedder"
        shutil.copytree(EMBEDDER, folder)
        command = ("train-quality", "--input", "labelled.jsonl", "--embedder", folder, "--output", "OUT")
        for file, cases in (
            ("model.safetensors", safetensors_cases(Path(EMBEDDER, "model.safetensors").read_bytes())),
            ("config.json", config_cases(Path(EMBEDDER, "config.json").read_bytes())),
            ("tokenizer.json", tokenizer_cases(Path(EMBEDDER, "tokenizer.json").read_bytes())),
            ("modules.json", json_damages(Path(EMBEDDER, "modules.json").read_bytes())),
            ("sentence_bert_config.json", [("2^62 tokens", b'{"max_seq_length":4611686018427387904}'),
                                           ("no tokens", b'{"max_seq_length":0}'),
                                           ("-1 tokens", b'{"max_seq_length":-1}')]),
        ):
            path = folder / file
            good = path.read_bytes()
            for name, content in self.thinned(cases, 2):
                path.write_bytes(content)
                self.run(f"{file}: {name}", "m3-filter", *command, codes=READ_OR_REFUSED if "may" in name else {65},
                         says=[file])
            for content in (good, b"{", struct.pack("<Q", 90_000_000)):
                path.write_bytes(content)
                os.truncate(path, TIB)
                self.run(f"{file}: 1 TiB", "m3-filter", *command, says=[file])
            path.write_bytes(good)

    # What stages hand on, with markers that name the lying files

    def handed_on(self) -> None:
        if not lies.CAN_SEAL:
            self.trials.skip("resealed files: no libxxhash")
            return
        quantize = ("--input", "memories", "--references", "references", "--model", MODEL, "--output", "OUT", "--set",
                    "directions=64", "--set", "components=32", "--set", "rank=8", "--progress", "none")
        shard = ("--input", "codes", "--references", "references", "--output", "OUT", "--progress", "none")
        for file, tool, arguments, cases in (
            ("memories/part-00000.spool.lz4", "m3-quantize", quantize, self.spool_cases),
            ("memories/survey-00000.m3s", "m3-quantize", quantize, sealed_numbers),
            ("codes/part-00000.codes.lz4", "m3-shard", shard, self.spool_cases),
            ("codes/survey-00000.m3s", "m3-shard", shard, sealed_numbers),
            ("codes/codebook.m3c", "m3-shard", shard, sealed_numbers),
        ):
            path = self.work / file
            marker = path.parent / "_done" / "0-of-2.json"
            good, good_marker = path.read_bytes(), marker.read_bytes()
            for name, content in self.thinned(cases(good), 14):
                path.write_bytes(content)
                marker.write_bytes(vouching(good_marker, path.name, content))
                self.run(f"{file}: {name}", tool, *arguments, codes=READ_OR_REFUSED)
            path.write_bytes(good)
            marker.write_bytes(good_marker)

    def spool_cases(self, content: bytes) -> Iterator[tuple[str, bytes]]:
        plain = subprocess.run(["lz4", "-dc"], input=content, check=True, capture_output=True).stdout
        header, bos = struct.unpack_from("<II", plain, 12)
        record = 20 + header + bos
        length = struct.unpack_from("<I", plain, record)[0]
        for name, lying in lies.numbers(plain, [8, 12, 16, *range(20 + header, 20 + header + 64, 4), record]):
            yield name, archives.lz4(lying)
        body = plain[record + 12:record + 12 + length]
        for name, lying in lies.numbers(body, range(0, min(length - 8, 96), 2), longs=(1 << 63, (1 << 64) - 1)):
            yield f"record: {name}", archives.lz4(
                plain[:record + 4] + lies.xxh3(lying) + lying + plain[record + 12 + length:])
        yield "a record of 512 MiB of zeros", archives.lz4(
            plain[:record] + struct.pack("<IQ", 512 << 20, 0), zeros=1 << 22)
        yield "a BOS memory of 256 MiB", archives.lz4(plain[:16] + struct.pack("<I", 256 << 20) + plain[20:])
        yield "cut", archives.lz4(plain[:-5])

    def codebooks(self) -> None:
        """Files that a user names: codebooks, calibrations, quality heads."""
        if not lies.CAN_SEAL:
            return
        pq = self.trials.work / "pq.m3c"
        product = ("--codec", "pq", "--set", "code_bits=2", "--set", "code_bytes=4", "--input", "memories", "--references",
                   "references")
        subprocess.run([self.trials.tool("m3-quantize"), "train", *product, "--output", pq], cwd=self.work, check=True,
                       capture_output=True)
        predicted = ("--set", "directions=64", "--set", "components=32", "--set", "rank=8", "--set",
                     "bytes_per_reference=1024", "--model", MODEL, "--input", "memories", "--references", "references")
        for good, arguments in ((pq.read_bytes(), product), ((self.work / "trained.m3c").read_bytes(), predicted)):
            path = self.trials.work / "lying.m3c"
            cases = [*sealed_numbers(good), *((f"cut to {n}", good[:n]) for n in (0, 1, 8, 12, 30, len(good) // 2))]
            for name, content in self.thinned(cases, 11):
                path.write_bytes(content)
                self.run(f"codebook {good[:8]!r}: {name}", "m3-quantize", *arguments, "--codebook", path, "--output", "OUT",
                         codes=READ_OR_REFUSED, says=["lying.m3c"])
            path.write_bytes(good)
            os.truncate(path, TIB)
            self.run("codebook of 1 TiB", "m3-quantize", *arguments, "--codebook", path, "--output", "OUT",
                     says=["lying.m3c"])
        self._json_files()

    def _json_files(self) -> None:
        calibration = (self.work / "calibration.json").read_bytes()
        head = (self.work / "quality.head").read_bytes()
        encode = ("--model", MODEL, "--input", "references", "--output", "OUT", "--set", "allocation=heads",
                  "--set", "dense_heads=1", "--progress", "none", "--calibration")
        filtered = ("--input", "unique", "--output", "OUT", "--embedder", EMBEDDER, "--set", "min_quality=0.5",
                    "--progress", "none", "--quality-head")
        for good, tool, arguments in ((calibration, "m3-encode", encode), (head, "m3-filter", filtered)):
            path = self.trials.work / "lying.json"
            for name, content in self.thinned(json_damages(good), 2):
                path.write_bytes(content)
                codes = READ_OR_REFUSED if "may" in name else {65}
                self.run(f"{tool}'s JSON: {name}", tool, *arguments, path, codes=codes, says=["lying.json"])
            path.write_bytes(good)
            os.truncate(path, TIB)
            self.run(f"{tool}'s JSON of 1 TiB", tool, *arguments, path, says=["lying.json"])

    # A bank

    def bank(self) -> None:
        good = self.work / "bank"
        for file in sorted(path.name for path in good.iterdir()):
            content = (good / file).read_bytes()
            for name, lying in self.thinned(self.bank_cases(file, content), 9):
                (good / file).write_bytes(lying)
                self._read_bank(f"{file}: {name}", READ_OR_REFUSED)
            for lying in (content, b""):
                (good / file).write_bytes(lying)
                os.truncate(good / file, TIB)
                self._read_bank(f"{file}: 1 TiB", {65} if not file.startswith("index") else READ_OR_REFUSED)
            (good / file).write_bytes(content)
        self._index(good)

    def bank_cases(self, file: str, content: bytes) -> Iterator[tuple[str, bytes]]:
        if file == "manifest.json":
            yield from manifest_cases(content)
        elif file.startswith("shard") and lies.CAN_SEAL:
            yield from shard_cases(content)
        elif lies.CAN_SEAL and file.endswith((".m3m", ".m3c")):
            yield from sealed_numbers(content)

    def _read_bank(self, name: str, codes: set[int]) -> None:
        """The record that is read lies in the first shard: what is wrong with another one need not be seen."""
        self.run(name, "m3-verify", "bank", "--level", "quick", "--progress", "none", codes=codes)
        read = READ_OR_REFUSED if name.startswith("shard-00001") else codes
        self.run(name, "m3-read", "get", "bank", "river-00#0", "--model", MODEL, codes=read)

    def _index(self, bank: Path) -> None:
        """The retrieval index: its hash finds every lie, before faiss sees it."""
        good = (bank / "index.faiss").read_bytes()
        cases = [*lies.numbers(good, range(0, 120, 8), words=()), *((f"cut to {n}", good[:n]) for n in (0, 3, 45, 500))]
        for name, lying in self.thinned(cases, 9):
            (bank / "index.faiss").write_bytes(lying)
            self.run(f"index.faiss: {name}", "m3-read", "search", "bank", "water", "--embedder", EMBEDDER)
            self.run(f"index.faiss: {name}", "m3-verify", "bank", "--progress", "none")
        (bank / "index.faiss").write_bytes(good)
        self.told_index(bank)

    def told_index(self, bank: Path) -> None:
        """With right hashes, a stranger's index is faiss's to judge, which trusts what it reads: told and not counted."""
        index, manifest = bank / "index.faiss", bank / "index.json"
        good, good_manifest = index.read_bytes(), manifest.read_bytes()
        ended: dict[str, int] = {}
        for factory, content in [("Flat", good), *self._other_indexes()]:
            span = min(len(content) - 8, 160)
            cases = lies.numbers(content, [*range(0, span, 4), len(content) // 2], longs=(1 << 36, (1 << 40) - 1, 1 << 63))
            for _, lying in self.thinned(cases, 20):
                index.write_bytes(lying)
                manifest.write_bytes(index_manifest(good_manifest, lying, factory))
                command = [self.trials.tool("m3-read"), "search", "bank", "water", "--embedder", EMBEDDER]
                run = self.trials.run(command, limit=LIMIT, cwd=self.work, prepare=_four_gib)
                end = "time" if run.code is None else f"signal {-run.code}" if run.code < 0 else f"exit {run.code}"
                ended[end] = ended.get(end, 0) + 1
        index.write_bytes(good)
        manifest.write_bytes(good_manifest)
        self.trials.told["index.faiss with lies and right hashes"] = ended

    def _other_indexes(self) -> list[tuple[str, bytes]]:
        """The same vectors in a graph and in lists of codes."""
        made = []
        for factory in ("HNSW8", "IVF2,PQ4x2"):
            folder = self.trials.work / f"bank-{factory.replace(',', '-')}"
            shutil.copytree(self.work / "bank", folder)
            for name in ("index.faiss", "index.json"):
                (folder / name).unlink()
            run = subprocess.run([self.trials.tool("m3-index"), folder, "--embedder", EMBEDDER, "--factory", factory],
                                 capture_output=True, check=False)
            if run.returncode == 0:
                made.append((factory, (folder / "index.faiss").read_bytes()))
            else:
                self.trials.skip(f"lying index {factory}: {run.stderr.decode(errors='replace').strip()}")
        return made

    # Plans and markers

    def states(self) -> None:
        for file in ("plan.json", "_done/0-of-2.json", "report.json"):
            path = self.work / "memories" / file
            good = path.read_bytes()
            cases = list(json_damages(good))
            for name, content in self.thinned(cases, 2):
                path.write_bytes(content)
                self.run(f"memories/{file}: {name}", "m3-quantize", "--input", "memories", "--references", "references",
                         "--model", MODEL, "--output", "OUT", codes={0, 65, 66})
            for content in (good, b""):
                path.write_bytes(content)
                os.truncate(path, TIB)
                self.run(f"memories/{file}: 1 TiB", "m3-quantize", "--input", "memories", "--references", "references",
                         "--model", MODEL, "--output", "OUT", codes={65, 66})
            path.write_bytes(good)


def _four_gib() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def test(trials: Trials) -> None:
    headers = Headers(trials)
    parts: list[Callable[[], None]] = [headers.gguf, headers.embedder, headers.handed_on, headers.codebooks, headers.bank,
                                       headers.states]
    for part in parts:
        before = trials.cases
        part()
        print(f"    {part.__name__}: {trials.cases - before} cases", flush=True)
