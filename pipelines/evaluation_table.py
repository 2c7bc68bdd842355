#!/usr/bin/env python3
"""Puts what `m3-read evaluate --json` printed of several banks into one table (Markdown).

    python3 pipelines/evaluation_table.py "the default=default.json" "the paper's=paper.json"

The first file must hold the modes none, text and memory; the others may hold memory alone, measured
on the same items. recovered = (none - memory) / (none - text).
"""
import json
import sys


def main() -> None:
    if len(sys.argv) < 2 or any("=" not in argument for argument in sys.argv[1:]):
        sys.exit(__doc__)
    results = []
    for argument in sys.argv[1:]:
        name, path = argument.split("=", 1)
        with open(path, encoding="utf-8") as file:
            results.append((name, json.load(file)))

    first = results[0][1]
    tasks = sorted(first["modes"]["none"]["tasks"])
    if any(result["items"] != first["items"] for _, result in results):
        sys.exit("the files are of different items")

    def losses(mode):
        return [mode["tasks"][task] for task in tasks] + [mode["nll"]]

    none, text = losses(first["modes"]["none"]), losses(first["modes"]["text"])
    recovered = " | ".join(f"{name} recovered" for name in tasks + ["mean"])
    print(f"| | bytes a reference | {' | '.join(tasks)} | mean | {recovered} |")
    print("|---|" + "---|" * (2 * len(tasks) + 3))
    for name, values in (("none", none), ("text in the prompt", text)):
        cells = " | ".join(f"{value:.3f}" for value in values)
        print(f"| {name} | | {cells} | {' | '.join([''] * (len(tasks) + 1))} |")
    for name, result in results:
        values = losses(result["modes"]["memory"])
        cells = " | ".join(f"{value:.3f}" for value in values)
        shares = " | ".join(f"{(n - v) / (n - t):.3f}" for n, t, v in zip(none, text, values))
        print(f"| {name} | {result['bytes_per_reference']:,.0f} | {cells} | {shares} |")


if __name__ == "__main__":
    main()
