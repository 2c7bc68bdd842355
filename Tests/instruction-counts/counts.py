#!/usr/bin/env python3
"""Reads callgrind's files and compares them with what was recorded.

    counts.py check-compiler RECORDED COMPILER         exits with 3 where the recorded counts are another compiler's
    counts.py compare        RECORDED COMPILER FOLDER  exits with 1, and a table, where a kernel grew by more than 3 %
    counts.py record         RECORDED COMPILER FOLDER

RECORDED is JSON: `compiler`, and `instructions`, kernel → variant → count. FOLDER holds `kernels.so` and, for each
kernel, a VARIANT.out.N. Only what kernels.so itself spends counts: the C library's instructions, as of fmaf, are the
machine's.
"""

import json
import re
import sys
from pathlib import Path

GROWTH_PERCENT = 3
ANOTHER_COMPILER = 3
VARIANTS = ("avx2", "scalar")


def count(path, library):
    """The kernel that a file of callgrind's is about, and the instructions it spent in `library` itself."""
    kernel, stated, everywhere, own = None, None, 0, 0
    is_library = is_callee_cost = False
    for line in path.read_text().splitlines():
        if line.startswith("desc: Trigger: Client Request: "):
            kernel = line.rsplit(" ", 1)[1]
        elif line.startswith("ob="):
            is_library = line[3:] == library
        elif line.startswith("calls="):
            is_callee_cost = True  # The next line: what the callee spent, which stands by the callee too.
        elif line.startswith("totals: "):
            stated = int(line.split()[1])
        elif re.match("[0-9]", line):
            if not is_callee_cost:
                cost = int(line.split()[1])
                everywhere += cost
                own += cost if is_library else 0
            is_callee_cost = False
    if everywhere != stated or (kernel and own == 0):
        sys.exit(f"{path.name}: of {stated} instructions {everywhere} were found, {own} of them in {library}")
    return kernel, own


def measure(folder):
    instructions = {}
    for variant in VARIANTS:
        for path in folder.glob(f"{variant}.out.*"):
            kernel, own = count(path, str(folder / "kernels.so"))
            if kernel:
                instructions.setdefault(kernel, {})[variant] = own
    if not instructions:
        sys.exit(f"{folder}: callgrind wrote no counts")
    return dict(sorted(instructions.items()))


def by_variant(instructions):
    return {(kernel, variant): n for kernel, variants in instructions.items() for variant, n in variants.items()}


def compare(recorded, measured):
    """Prints what differs; whether all is well."""
    before, now = by_variant(recorded), by_variant(measured)
    table, failures = [], 0
    for key in sorted(before.keys() | now.keys()):
        old, new = before.get(key), now.get(key)
        if old is None or new is None:
            verdict = "FAILS: not recorded" if old is None else "FAILS: not measured"
            failures += 1
        elif new * 100 > old * (100 + GROWTH_PERCENT):
            verdict = "FAILS"
            failures += 1
        elif new * 100 < old * (100 - GROWTH_PERCENT):
            verdict = "fewer: --record keeps it so"
        else:
            continue
        change = f"{100 * (new - old) / old:+.1f} %" if old and new else ""
        table.append((*key, str(old or "-"), str(new or "-"), change, verdict))
    if table:
        print(f"{'kernel':<24}{'variant':<9}{'recorded':>12}{'now':>12}{'change':>10}  ")
    for kernel, variant, old, new, change, verdict in table:
        print(f"{kernel:<24}{variant:<9}{old:>12}{new:>12}{change:>10}  {verdict}")
    if failures == 0:
        print(f"instruction counts: none of {len(now)} grew by more than {GROWTH_PERCENT} %")
    else:
        print(f"instruction counts: {failures} of {len(now)} fail; a change that is meant is recorded with --record")
    return failures == 0


def main(command, recorded_path, compiler, folder=None):
    path = Path(recorded_path)
    if command == "record":
        instructions = measure(Path(folder))
        path.write_text(json.dumps({"compiler": compiler, "instructions": instructions}, indent=2) + "\n")
        print(f"instruction counts: {len(by_variant(instructions))} recorded")
        return 0
    recorded = json.loads(path.read_text())
    if command == "check-compiler":
        if recorded["compiler"] == compiler:
            return 0
        print(f"instruction counts: not compared. Recorded with {recorded['compiler']}; here is {compiler}")
        return ANOTHER_COMPILER
    return 0 if compare(recorded["instructions"], measure(Path(folder))) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
