#!/usr/bin/env python3
"""Writes the references that an items file asks about into a folder that m3-encode reads.

    python3 pipelines/select_references.py --items items.jsonl --references DIR --output DIR

So a comparison of recipes encodes what it measures and nothing else; with `--whole-documents` also the
other references of the same documents, for `context: document`. Needs the zstd command line tool.
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=Path, required=True)
    parser.add_argument("--references", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--whole-documents", action="store_true", help="all references of the items' documents")
    arguments = parser.parse_args()

    with open(arguments.items, encoding="utf-8") as lines:
        wanted = {json.loads(line)["reference_id"] for line in lines}
    documents = {reference.rpartition("#")[0] for reference in wanted} if arguments.whole_documents else set()
    chosen = []
    found = set()
    for part in sorted(arguments.references.glob("part-*.jsonl.zst")):
        text = subprocess.run(["zstd", "-dcq", "--", str(part)], check=True, stdout=subprocess.PIPE).stdout
        for line in text.splitlines():
            reference = json.loads(line)
            if reference["id"] in wanted or reference["document_id"] in documents:
                chosen.append(line)
                found.add(reference["id"])
    if not wanted <= found:
        print(f"{len(wanted - found)} references of the items are not in {arguments.references}", file=sys.stderr)
        return 1
    arguments.output.mkdir(parents=True, exist_ok=True)
    output = arguments.output / "part-00000.jsonl.zst"
    subprocess.run(["zstd", "-qf", "-o", str(output)], check=True, input=b"\n".join(chosen) + b"\n")
    print(f"{len(chosen)} references in {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
