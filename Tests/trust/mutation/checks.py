"""Finds the checks of Swift sources and puts a switch into each, so that one build holds all mutants.

A check is one of

- `guard` with a clause that is no binding, whose body refuses: the clause becomes `(isOff(n) || clause)`;
- `if` whose body refuses: its condition gets `, !isOff(n)`;
- a conjunct of what a grammar `return`s, as a clause of `guard`;
- a statement that calls what only checks, or tells of damage (`try requireSum(…)`, `add(…)`): it becomes
  `if !isOff(n) { … }`;
- the `where` of a loop that tells of damage: it gets `!isOff(n) &&`;
- a bound of what a value may be (`in: low...high`, `from: low, to: high`): `isOff(n) ? Int.min : low`, and the same for the other end.

`isOff(n)` is true where the environment says `M3_MUTANT=n`.
"""
from __future__ import annotations

import re
from typing import Iterator, List, NamedTuple, Tuple

REFUSES = re.compile(r"\bthrow\b|\badd\(|\breturn (false|nil)\b|return\s*\}|\bproblem\(|\bproblems\.append|\breturn$", re.M)
BINDING = re.compile(r"\s*(let|var|case)\b")
# Statements that only check, or tell of damage: by the name of what they call.
CALLS = re.compile(
    r"(?:^ +|\{ )((?:_ = )?(?:try )?(?:[A-Za-z]+\.)*(?:require(?!d)[A-Z]?\w*|check[A-Z]\w*|validate|end)\(|"
    r"(?:add|try problem|problems\.append|report\.fileErrors\.append)\()(?!.*\{$)", re.M)
RANGE = re.compile(r"\bin: ([^,()]+(?:\([^()]*\))?)\.\.\.((?:[^,()]|\((?:[^()]|\([^()]*\))*\))+)(?=[,)])")
BOUNDS = re.compile(r"\bfrom: ([\w.]+), to: ((?:[^,()]|\((?:[^()]|\([^()]*\))*\))+)(?=[,)])")
# Looks like a bound and is what to search.
NO_BOUND = "in: low...high"


class Check(NamedTuple):
    """A check in a file: where it begins, and its text, which is its name in lists."""

    file: str
    line: int
    kind: str
    text: str


class Edit(NamedTuple):
    start: int
    end: int
    text: str
    #: Of the check; the number of its mutant takes the place of `{}` in the text.
    check: Check


def code_only(source: str) -> str:
    """The source with comments and the content of strings blanked, same length."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|#?"""(?:.|\n)*?"""#?|"(?:\\.|[^"\\\n])*"', re.S)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)


def closing(code: str, start: int) -> int:
    """The place of the bracket that closes the one at `start`."""
    depth = 0
    for place in range(start, len(code)):
        depth += (code[place] in "([{") - (code[place] in ")]}")
        if depth == 0:
            return place
    raise ValueError(f"no end of the bracket at {start}")


def until(code: str, start: int, stop: str) -> int:
    """The first place behind `start`, outside of brackets, where `stop` stands."""
    place = start
    while not code.startswith(stop, place):
        place = closing(code, place) + 1 if code[place] in "([{" else place + 1
    return place


def clauses(code: str, start: int, end: int) -> List[Tuple[int, int]]:
    """The parts of a condition between its commas."""
    found, begin, place = [], start, start
    while place < end:
        if code[place] in "([{":
            place = closing(code, place)
        elif code[place] == ",":
            found.append((begin, place))
            begin = place + 1
        place += 1
    return [*found, (begin, end)]


def conjuncts(code: str, start: int, end: int) -> List[Tuple[int, int]]:
    """The parts of a clause between its `&&`; the clause itself where another operator would bind weaker."""
    found, begin, place = [], start, start
    while place < end:
        if code[place] in "([{":
            place = closing(code, place)
        elif code.startswith("||", place) or code.startswith(" ? ", place):
            return [(start, end)]
        elif code.startswith("&&", place):
            found.append((begin, place))
            begin = place + 2
        place += 1
    return [*found, (begin, end)]


def trimmed(code: str, start: int, end: int) -> Tuple[int, int]:
    while code[start].isspace():
        start += 1
    while code[end - 1].isspace():
        end -= 1
    return start, end


def edits(file: str, source: str) -> Iterator[Edit]:
    """An edit for each check of a file."""
    code = code_only(source)

    def check(kind: str, start: int, end: int) -> Check:
        return Check(file, source.count("\n", 0, start) + 1, kind, " ".join(source[start:end].split()))

    for match in re.finditer(r"\bguard\b", code):
        stop = until(code, match.end(), " else {")
        body = code[stop + 6 : closing(code, stop + 6) + 1]
        if REFUSES.search(body):
            for clause in clauses(code, match.end(), stop):
                for part in conjuncts(code, *clause):
                    start, end = trimmed(code, *part)
                    if not BINDING.match(code[start:end]):
                        mark = "try " if code.startswith("try ", start) else ""
                        switch = f"{mark}(isOff({{}}) || ({source[start:end]}))"
                        yield Edit(start, end, switch, check("guard", start, end))
    for match in re.finditer(r"(?<![#\w])if\b", code):
        stop = until(code, match.end(), "{")
        body = code[stop : closing(code, stop) + 1]
        if REFUSES.search(body):
            start, end = trimmed(code, match.end(), stop)
            yield Edit(start, end, f"{source[start:end]}, !isOff({{}})", check("if", start, end))
    for match in re.finditer(r"^ +return (?!left\.)([^\n{}?]*&&[^\n{}?]*)$", code, re.M):
        for part in conjuncts(code, *match.span(1)):
            start, end = trimmed(code, *part)
            yield Edit(start, end, f"(isOff({{}}) || ({source[start:end]}))", check("return", start, end))
    for match in CALLS.finditer(code):
        start, end = match.start(1), closing(code, match.end(1) - 1) + 1
        if re.match(r" \}|\n", code[end:]):
            yield Edit(start, end, f"if !isOff({{}}) {{ {source[start:end]} }}", check("call", start, end))
    for match in re.finditer(r"\bfor \w+ in .*? where ", code):
        stop = until(code, match.end(), " {")
        if REFUSES.search(code[stop : closing(code, stop + 1) + 1]):
            start, end = trimmed(code, match.end(), stop)
            yield Edit(start, end, f"!isOff({{}}) && {source[start:end]}", check("for", start, end))
    for match in [*RANGE.finditer(code), *BOUNDS.finditer(code)]:
        if match[0] == NO_BOUND:
            continue
        for group, limit, what in ((1, "Int.min", "low"), (2, "Int.max", "high")):
            start, end = match.span(group)
            old = source[start:end]
            if old.strip() not in ("Int.min", "Int.max"):
                named = check(what, match.start(), match.end())
                yield Edit(start, end, f"(isOff({{}}) ? {limit} : {old})", named)


def switched(file: str, source: str, first: int) -> Tuple[str, List[Check]]:
    """The source with a switch in every check, numbered from `first`; and the checks by number."""
    found = sorted(edits(file, source), key=lambda edit: (edit.start, -edit.end))
    kept: List[Edit] = []
    for edit in found:
        # A range in a call that only checks has switches of its own.
        if kept and edit.start < kept[-1].end:
            if kept[-1].check.kind == "call" and edit.check.kind in ("low", "high"):
                kept.pop()
            else:
                raise ValueError(f"{file}:{edit.check.line}: a check within a check: {edit.check.text}")
        kept.append(edit)
    for place in range(len(kept) - 1, -1, -1):
        edit = kept[place]
        source = source[: edit.start] + edit.text.replace("{}", str(first + place), 1) + source[edit.end :]
    return source, [edit.check for edit in kept]


SWITCH = """\
#if canImport(Glibc)
  import Glibc
#endif

private let off: Int32 = getenv("M3_MUTANT").map { atoi($0) } ?? 0

/// Whether this check is left out.
@inline(never) func isOff(_ number: Int32) -> Bool { off == number }
"""
