#!/usr/bin/env python3
"""Fetches technical documentation from Debian and writes it as JSON lines, a page a document.

    python3 pipelines/fetch_documents.py --cache .cache [NAME...]

    documents/NAME.jsonl      {"id": path of the page, "text": ..., "package": name and version}

| name | package | what it is good for |
|---|---|---|
| python, postgresql, linux | python3.11-doc, postgresql-doc-15, linux-doc-6.1 | prose, tables, code, indexes: what filters meet |
| llvm-14, llvm-15, llvm-16 | llvm-14-doc, llvm-15-doc, llvm-16-doc | the same pages in three editions: near-duplicates |
| handbook-LANGUAGE | debian-handbook | one book in many languages |
| debian-reference-zh, manpages-zh | debian-reference-zh-cn, manpages-zh | Chinese |

Packages come with `apt-get download`, as the machine's own sources give them (run `apt-get update` before), and are
unpacked with `dpkg-deb`, not installed. A second run makes only what is missing. Pages are in the order of their paths.
The texts keep their own free licences; they are for trying things out and are not part of this project.
"""
import argparse
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

PACKAGES = {
    "python": "python3.11-doc",
    "postgresql": "postgresql-doc-15",
    "linux": "linux-doc-6.1",
    "llvm-14": "llvm-14-doc",
    "llvm-15": "llvm-15-doc",
    "llvm-16": "llvm-16-doc",
    "handbook": "debian-handbook",
    "debian-reference-zh": "debian-reference-zh-cn",
    "manpages-zh": "manpages-zh",
}

BLOCKS = set(
    "address article aside blockquote body br caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead title tr ul".split()
)
PARAGRAPHS = set("p h1 h2 h3 h4 h5 h6 pre table ul ol dl blockquote".split())
SILENT = set("head script style noscript template svg".split())


class PageText(HTMLParser):
    """The text of a page: a line a block, an empty line between paragraphs, `pre` as it stands."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces, self.silent, self.verbatim = [], 0, 0

    def handle_starttag(self, tag, attributes):
        if tag in SILENT:
            self.silent += 1
        if tag in BLOCKS:
            self.pieces.append("\n\n" if tag in PARAGRAPHS else "\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        if tag == "pre":
            self.verbatim += 1

    def handle_endtag(self, tag):
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        if tag in BLOCKS:
            self.pieces.append("\n\n" if tag in PARAGRAPHS else "\n")
        if tag == "pre":
            self.verbatim = max(0, self.verbatim - 1)

    def handle_data(self, data):
        if not self.silent:
            self.pieces.append(data if self.verbatim else re.sub(r"\s+", " ", data))

    def text(self):
        lines = [line.rstrip() for line in "".join(self.pieces).split("\n")]
        lines = [line if line.startswith("  ") else line.strip() for line in lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def page_text(data):
    parser = PageText()
    parser.feed(data.decode("utf-8", "replace").replace("\0", ""))
    parser.close()
    return parser.text()


def manual_text(data):
    """The text of a manual page, roughly: requests are dropped, the words of font macros are kept."""
    lines = []
    for line in data.decode("utf-8", "replace").replace("\0", "").split("\n"):
        if line.startswith((".\\\"", "'\\\"")):
            continue
        macro = re.match(r"[.'](\w+)\s*(.*)", line)
        if macro:
            name, rest = macro.groups()
            if name in ("SH", "SS", "PP", "P", "LP", "TP", "IP", "sp"):
                lines.append("")
            if name not in ("SH", "SS", "B", "I", "BR", "IR", "BI", "RB", "RI", "IB"):
                continue
            line = rest.replace('"', "")
        lines.append(re.sub(r"\\f.|\\s[-+]?\d|\\&", "", line).replace("\\-", "-").replace("\\ ", " "))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def pages(root):
    """(corpus suffix, id, text) of every page of a package, in the order of the paths."""
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        relative = path.relative_to(root).as_posix()
        name = path.name[:-3] if path.name.endswith(".gz") else path.name
        if name.endswith(".html"):
            read = page_text
        elif re.search(r"/man/zh_CN/man\d/", relative):
            read = manual_text
        else:
            continue
        data = path.read_bytes()
        text = read(gzip.decompress(data) if path.name.endswith(".gz") else data)
        if text:
            language = re.search(r"/html/([a-z]{2})-[A-Z]{2}/", relative)
            yield (language.group(0).split("/")[2] if language else None), relative, text


def fetch(name, folder):
    package = PACKAGES[name]
    with tempfile.TemporaryDirectory() as work:
        # What apt says is of interest where it fails: else it is a warning that it does not drop its rights.
        download = subprocess.run(["apt-get", "download", "-qq", package], cwd=work, capture_output=True, text=True)
        if download.returncode != 0:
            raise SystemExit(f"fetch_documents.py: {package}: {download.stderr.strip()} (apt-get update may help)")
        archive = next(Path(work).glob("*.deb"))
        version = subprocess.run(
            ["dpkg-deb", "-f", str(archive), "Version"], check=True, capture_output=True, text=True
        ).stdout.strip()
        root = Path(work, "root")
        subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True)
        lines = {}
        for language, identifier, text in pages(root):
            corpus = f"{name}-{language}" if name == "handbook" else name
            record = {"id": identifier, "text": text, "package": f"{package} {version}"}
            lines.setdefault(corpus, []).append(json.dumps(record, ensure_ascii=False) + "\n")
        if not lines:
            raise SystemExit(f"fetch_documents.py: {package} {version} holds no page")
        # The name that says the package is done comes last.
        for corpus in sorted(lines, key=lambda corpus: corpus == done_name(name)):
            path = folder / f"{corpus}.jsonl"
            temporary = path.with_suffix(".tmp")
            temporary.write_text("".join(lines[corpus]), encoding="utf-8")
            os.replace(temporary, path)
            print(f"{path}: {len(lines[corpus])} documents of {package} {version}", file=sys.stderr)


def done_name(name):
    return "handbook-en-US" if name == "handbook" else name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", default=".cache", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of: " + " ".join(PACKAGES) + "; all by default")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(PACKAGES)
    if unknown:
        parser.error(f"no such documents: {' '.join(sorted(unknown))}; there are {' '.join(PACKAGES)}")
    folder = arguments.cache / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or PACKAGES:
        if not (folder / f"{done_name(name)}.jsonl").exists():
            fetch(name, folder)


if __name__ == "__main__":
    main()
