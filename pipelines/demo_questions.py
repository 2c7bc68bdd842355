#!/usr/bin/env python3
"""Prints questions for the demo: the definition items (task B) of an items file, one a line.

    python3 pipelines/demo_questions.py --items items.jsonl --count 3

A line is the reference's id, a tab, and the question with its line breaks as `\\n`.
"""
import argparse
import json


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", required=True)
    parser.add_argument("--count", type=int, default=3)
    arguments = parser.parse_args()
    with open(arguments.items, encoding="utf-8") as lines:
        items = [item for item in map(json.loads, lines) if item["task"] == "B"]
    for item in items[: arguments.count]:
        context = item["context"].replace("\\", "\\\\").replace("\n", "\\n")
        print(f"{item['reference_id']}\t{context}")


if __name__ == "__main__":
    main()
