#!/usr/bin/env python3
"""Writes the references that an items file asks about into a folder that m3-encode reads.

    python3 pipelines/select_references.py --items items.jsonl --references DIR --output DIR

So a comparison of recipes encodes what it measures and nothing else. Needs the zstd command line tool.
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
    arguments = parser.parse_args()

    with open(arguments.items, encoding="utf-8") as lines:
        wanted = {json.loads(line)["reference_id"] for line in lines}
    chosen = []
    for part in sorted(arguments.references.glob("part-*.jsonl.zst")):
        text = subprocess.run(["zstd", "-dcq", "--", str(part)], check=True, stdout=subprocess.PIPE).stdout
        chosen += [line for line in text.splitlines() if json.loads(line)["id"] in wanted]
    if len(chosen) != len(wanted):
        print(f"{len(wanted) - len(chosen)} references of the items are not in {arguments.references}", file=sys.stderr)
        return 1
    arguments.output.mkdir(parents=True, exist_ok=True)
    output = arguments.output / "part-00000.jsonl.zst"
    subprocess.run(["zstd", "-qf", "-o", str(output)], check=True, input=b"\n".join(chosen) + b"\n")
    print(f"{len(chosen)} references in {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
