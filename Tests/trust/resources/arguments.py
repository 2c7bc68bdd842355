"""Impossible arguments, settings and pipeline files: exit 64, never a trap, in bounded memory."""
from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Iterator

import results
from pipeline import MODEL, STAGES, Snapshots
from trial import DOCUMENTED, MIB, Trials

#: Neither a number nor one of any choice.
NOT_NUMBERS = ["", "abc", "NaN", "1e400", "1 ", "--", "\u0661"]
#: Numbers that may be out of range: 10^20 is a temperature and no count.
NUMBERS = ["-1", "0", "-0", "9223372036854775807", "99999999999999999999", "-9223372036854775808", "4294967296",
           "-99999999999999999999", "1e308", "-1e-320", "nan", "inf", "-inf"]
#: In the form of CI, options that all tools share are asked of one of them.
_SHARED = {"--workers", "--progress", "--log-level", "--task-index", "--task-count", "--task-offset", "--set", "--config",
           "--on-bad-input", "--kernel"}


@dataclass(frozen=True)
class Command:
    """A call that works, to which an option is added."""

    words: tuple[str, ...]
    options: tuple[str, ...]


class Arguments:
    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        snapshots = Snapshots(trials.work / "undisturbed", trials.bin)
        self.work = snapshots.folder / "work"
        self.calls = 0

    def commands(self) -> Iterator[Command]:
        """Every call of the tiny pipeline, and the verbs that it does not use."""
        calls = [(stage.tool, stage.arguments) for stage in STAGES]
        bench = [("prefill", "--model", MODEL), ("decode", "--model", MODEL), ("tokenize", "--model", MODEL, "--input", "clean"),
                 ("dedupe", "--input", "clean"), ("read", "bank"), ("json", "--input", "references"), ("verify", "bank")]
        calls += [("m3-bench", words) for words in bench]
        calls += [("m3-quantize", ("report", "--input", "memories", "--codes", "codes")), ("m3-filter", ("profiles",)),
                  ("m3-dedupe", ("explain", "clean", "river-00")), ("m3-plan", ("--shape", "2,4,2,16,64,300"))]
        for tool, arguments in calls:
            words = [tool, *arguments]
            verb = [arguments[0]] if arguments and re.fullmatch("[a-z-]+", arguments[0]) and arguments[0] != "bank" else []
            text = subprocess.run([self.trials.tool(tool), *(verb or self._default(tool)), "--help"], capture_output=True,
                                  text=True, check=False).stdout
            options = re.findall(r"^  (--[a-z-]+) <", text, re.M)
            yield Command(tuple(words), tuple(dict.fromkeys(options)))

    def _default(self, tool: str) -> list[str]:
        text = subprocess.run([self.trials.tool(tool), "--help"], capture_output=True, text=True, check=False).stdout
        return ["run"] if re.search(r"^  run \(default\)", text, re.M) else []

    def run(self, name: str, command: Command, added: list[str], codes: set[int]) -> int | None:
        """The call with an output of its own and an argument more; what it made is removed."""
        self.calls += 1
        output = self.trials.work / f"out-{self.calls}"
        words = list(command.words)
        for place, word in enumerate(words):
            if word in ("--output", "--svg", "--rejected") and words[place + 1] != "bank":
                words[place + 1] = str(output / word[2:])
        output.mkdir()
        for flag in added[:1]:
            # An option that is given twice would be refused for that.
            while flag in words and flag not in ("--set", "--input"):
                place = words.index(flag)
                del words[place:place + 2]
        run = self.trials.run([self.trials.tool(words[0]), *words[1:], *added], limit=20, cwd=self.work)
        self.trials.check(name, run, codes, memory=1024 * MIB)
        shutil.rmtree(output)
        return run.code

    def options(self) -> None:
        seen: set[tuple[str, ...]] = set()
        for command in self.commands():
            verb = command.words[1] if len(command.words) > 1 else ""
            for option in command.options:
                key = (command.words[0], verb if not verb.startswith("-") else "", option)
                shared = (option,) if self.trials.short and option in _SHARED else key
                if shared in seen:
                    continue
                seen |= {key, shared}
                self._option(command, option)

    def _option(self, command: Command, option: str) -> None:
        name = f"{command.words[0]} {command.words[1] if len(command.words) > 1 else ''} {option}"
        # A text where a number or a choice is wanted says which of the two kinds this is.
        takes_texts = self.run(f"{name} abc", command, [option, "abc"], DOCUMENTED) != 64
        texts = NOT_NUMBERS[:1] + NOT_NUMBERS[2:]
        for value in texts[::3] if self.trials.short else texts:
            self.run(f"{name} {value!r}", command, [option, value], DOCUMENTED if takes_texts else {64})
        numbers = NUMBERS[::5] if self.trials.short else NUMBERS[::2] if takes_texts else NUMBERS
        for value in [] if takes_texts and self.trials.short else numbers:
            self.run(f"{name}={value!r}", command, [f"{option}={value}"], DOCUMENTED)
        self.run(f"{name} without a value", command, [option], {64})

    def settings(self) -> None:
        """Every setting that the sources name: what is no value, and the ends of its range."""
        calls = {stage.name: Command((stage.tool, *stage.arguments), ()) for stage in STAGES}
        sections = {"Chunk": "chunk", "Dedupe": "dedupe references", "Filter": "filter", "Encode": "encode",
                    "Quantize": "quantize", "Shard": "shard", "Index": "index", "Read": "read generate"}
        for file, stage in sections.items():
            source = (results.ROOT / f"Sources/M3Command/Settings/{file}Settings.swift").read_text()
            for kind, key, rest in re.findall(r"section\.(\w+)\(\s*\"(\w+)\"([^\n]*(?:\n[^\n]*\bin:[^\n]*)?)", source):
                self._setting(calls[stage], kind, key, rest)
            for text in ("nonsense", "=1", "no_such_key=1", "max_tokens", "=", "\u200b=1"):
                self.run(f"{stage} --set {text!r}", calls[stage], ["--set", text], {64})

    def _setting(self, command: Command, kind: str, key: str, rest: str) -> None:
        words = list(command.words)
        for place in [i for i, word in enumerate(words) if word == "--set" and words[i + 1].startswith(f"{key}=")]:
            words[place:place + 2] = []
            break
        command = Command(tuple(words), ())
        numeric = kind in ("integer", "number", "share")
        bad = NOT_NUMBERS if numeric or kind in ("boolean", "choice") else []
        for value in [*bad, *(["[]", "[1]", "[1, 2]"] if bad else [])][::2 if self.trials.short else 1]:
            self.run(f"{key}={value!r}", command, ["--set", f"{key}={value}"], {64})
        if numeric:
            for value in NUMBERS[::5] if self.trials.short else NUMBERS:
                self.run(f"{key}={value!r}", command, ["--set", f"{key}={value}"], DOCUMENTED)
        elif not bad:
            for value in ("", "-1", "[]", "[a, b]", "x" * 100_000, "\u202e"):
                self.run(f"{key}={value[:20]!r}", command, ["--set", f"{key}={value}"], DOCUMENTED)
        for end in _ends(rest) if kind == "integer" else []:
            self.run(f"{key}={end}", command, ["--set", f"{key}={end}"], DOCUMENTED)

    def texts(self) -> None:
        """Options and settings with a grammar of their own."""
        calls = {stage.name: Command((stage.tool, *stage.arguments), ()) for stage in STAGES}
        for stage, words, values in texts():
            for value in values[::2] if self.trials.short else values:
                added = [word.replace("VALUE", value) for word in words]
                self.run(f"{stage} {' '.join(added)[:80]}", calls[stage], added, DOCUMENTED - {0, 70})
        plan = Command(("m3-plan", "--references", "10"), ())
        for value in shapes():
            self.run(f"m3-plan --shape={value}", plan, [f"--shape={value}"], {64})
        huge = ("m3-plan", "--shape", "80,64,64,128,28672,128256", "--references")
        for count in ("9223372036854775807", "1000000000000000000"):
            self.run(f"m3-plan of {count} references", Command((*huge, count), ()), [], {0, 64})

    def files(self) -> None:
        path = self.trials.work / "pipeline.yaml"
        command = Command(("m3-chunk", "--model", MODEL, "--input", "clean", "--output", "out"), ())
        for name, content, codes in yaml_cases():
            path.write_bytes(content)
            self.run(f"YAML, {name}", command, ["--config", str(path)], codes)
        path.unlink()
        for place in ("/dev/zero", str(self.work), "/nowhere.yaml", ""):
            self.run(f"--config {place!r}", command, ["--config", place], {0, 64, 66, 74} if place == "" else {66, 74})

    def environment(self) -> None:
        """Task indices that drivers give."""
        for variable in ("M3_TASK_INDEX", "SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"):
            for value in ("-1", "abc", "99999999999999999999", "9223372036854775807", "1e3", " 1", "NaN"):
                run = self.trials.run([self.trials.tool("m3-chunk"), "--model", MODEL, "--input", "clean", "--output",
                                       self.trials.work / "tasks"], cwd=self.work, environment={variable: value},
                                      how=f"{variable}={value!r}")
                self.trials.check(f"{variable}={value!r}", run, {64})


def texts() -> list[tuple[str, list[str], list[str]]]:
    """A stage, what is added to its call, and values that are none."""
    layers = ["", "x", "-", "0-", "-1", "1-0", "0-99999999999", "0-9223372036854775807", "99999999999999999999", "0-1-2",
              "0,,1", ",", "[0, 5]", "0 - 1", "١"]
    factories = ["", "x", "Flat,Flat", "HNSW", "HNSW0", "HNSW-1", "HNSW2147483647", "HNSW99999999999", "IVF0,Flat",
                 "IVF1000000000,Flat", "IVF99999999999,Flat", "PQ0", "PQ3", "PQ1000000", "PQ4x40", "IVF2,PQ4x99",
                 "PCA1000000,Flat", "OPQ99999,PQ4", "IDMap,Flat", "RR0,Flat", "LSH", "Flat" * 1000, "((((((", "IVF2(",
                 "HNSW8(IVF2,Flat)"]
    thresholds = ["[]]", "x", "x=", "=1", "words=", "words=NaN", "words=1e400", "min_words=-1", "min_words=x",
                  "[a=1, a=1]", "nothing.nothing=1"]
    kernels = ["", "x", "avx", "scalar ", "SCALAR", "neon,avx2", "x" * 100_000]
    return [
        ("encode", ["--set", "layers=VALUE"], layers), ("index", ["--factory", "VALUE"], factories),
        ("filter", ["--set", "thresholds=VALUE"], thresholds), ("filter", ["--set", "profiles=VALUE"], ["x", "[x]", "[,]"]),
        ("encode", ["--kernel", "VALUE"], kernels), ("quantize", ["--kernel", "VALUE"], kernels),
        ("encode", ["--set", "context_bos=VALUE"], ["", "x", "[]"]),
    ]


def shapes() -> list[str]:
    most = str((1 << 63) - 1)
    return ["", ",", ",,,,,", "1,2", "1,2,3,4,5,6,7", "0,0,0,0,0,0", "-1,1,1,1,1,1", "1,3,2,4,5,6", "x,1,1,1,1,1",
            ",".join([most] * 6), f"{most},1,1,1,1,1", f"1,{most},{most},1,1,1", f"1,1,1,{most},1,1", f"1,1,1,2,{most},1",
            f"1,1,1,2,1,{most}", "1.5,1,1,1,1,1", "99999999999999999999,1,1,1,1,1"]


def _ends(rest: str) -> list[int]:
    """The ends of `in: A...B`, where they are plain."""
    found = re.search(r"in: (\S+?)\.\.\.(.+?)\)\s*$", rest)
    if not found:
        return []
    ends = []
    for text in found.groups():
        text = text.replace("_", "").strip("()")
        if re.fullmatch(r"\d+( << \d+)?", text):
            ends.append(eval(text))  # noqa: S307: digits and a shift, as matched
        elif text == "Int(Int32.max":
            ends.append(2 ** 31 - 1)
    return [value for end in ends for value in (end - 1, end, end + 1)]


def yaml_cases() -> list[tuple[str, bytes, set[int]]]:
    wrong, any_end = {64, 65}, {0, 64, 65}
    laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(12))
    mappings = "a: &a {x: 1, y: 2}\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} {{{', '.join(f'k{m}: *{chr(97 + n)}' for m in range(10))}}}\n" for n in range(12))
    wide = "chunk:\n" + "".join(f"  k{n}: 1\n" for n in range(60_000))
    return [
        ("10^5 flow sequences", b"[" * 100_000, wrong),
        ("10^6 flow sequences", b"[" * 1_000_000, wrong),
        ("999 flow sequences", b"chunk: {max_tokens: " + b"[" * 990 + b"]" * 990 + b"}", wrong),
        ("10^5 flow mappings", b"{a: " * 100_000, wrong),
        ("10^5 block sequences", b"- " * 100_000, wrong),
        ("700 block mappings", "".join(" " * n + "a:\n" for n in range(700)).encode(), wrong),
        ("1,400 block mappings", "".join(" " * n + "a:\n" for n in range(1400)).encode(), wrong),
        ("10^5 anchors", b"&a " * 100_000, wrong),
        ("10^5 tags", b"!a " * 100_000, wrong),
        ("10^5 question marks", b"? " * 100_000, wrong),
        ("laughs in sequences", laughs.encode(), wrong),
        ("laughs in mappings", mappings.encode(), wrong),
        ("laughs as a section", (laughs.replace("a: &a", "x: &a") + "chunk: *m\n").encode(), wrong),
        ("laughs as a setting", (laughs + "chunk: {max_tokens: *m}\n").encode(), wrong),
        ("laughs as a key", (laughs + "? *m\n: 1\n").encode(), wrong),
        ("laughs as two keys", (laughs + "? *m\n: 1\n? *l\n: 2\n").encode(), wrong),
        ("mappings as a key", (mappings + "? *m\n: 1\n").encode(), wrong),
        ("laughs as keys of a section", (laughs + "chunk:\n  ? *m\n  : 1\n").encode(), wrong),
        ("an anchor in itself", b"chunk: &a [*a]", wrong),
        ("an anchor in itself, as a mapping", b"chunk: &a {max_tokens: *a}", wrong),
        ("an unknown anchor", b"chunk: *nothing", wrong),
        ("merge keys", b"base: &b {max_tokens: 64}\nchunk:\n  <<: *b\n", wrong),
        ("60,000 keys", wide.encode(), wrong),
        ("60,000 sections", "".join(f"k{n}: 1\n" for n in range(60_000)).encode(), wrong),
        ("a key twice", b"chunk:\n  max_tokens: 8\n  max_tokens: 9\n", wrong),
        ("a section twice", b"chunk:\n  max_tokens: 8\nchunk:\n  max_tokens: 9\n", wrong),
        ("two documents", b"chunk:\n  max_tokens: 8\n---\nchunk:\n  max_tokens: 9\n", any_end),
        ("100 MB", b"# " + b"x" * 100_000_000, wrong),
        ("a scalar of 1 MB", b"chunk:\n  max_tokens: " + b"9" * 1_000_000, wrong),
        ("a key of 1 MB", b"x" * 1_000_000 + b": 1", wrong),
        ("an open quote of 1 MB", b'chunk: "' + b"x" * 1_000_000, wrong),
        ("1 MB of backslashes", b'chunk: "' + b"\\" * 1_000_000, wrong),
        ("50 KB of line feeds", b"\n" * 50_000, {0}),
        ("1 MB of tabs", b"\t" * 1_000_000, any_end),
        ("1 MB of dashes", b"-" * 1_000_000, wrong),
        ("1 MB of colons", b":" * 1_000_000, wrong),
        ("1 MB of commas", b"[" + b"," * 1_000_000, wrong),
        ("1 MB of percents", b"%" * 1_000_000, wrong),
        ("1 MB of stars", b"*" * 1_000_000, wrong),
        ("NUL", b"chunk:\0\n", wrong),
        ("not UTF-8", b"chunk: \xff\xfe", wrong),
        ("UTF-16", "chunk: {}".encode("utf-16"), wrong),
        ("BOM", b"\xef\xbb\xbfchunk: {}", {0}),
        ("empty", b"", {0}),
        ("null section", b"chunk:\n", {0}),
        ("a number", b"1", wrong),
        ("a sequence", b"- chunk", wrong),
        ("a binary tag", b"chunk: !!binary x", wrong),
        ("a set", b"chunk: !!set {max_tokens}", wrong),
        ("infinity", b"chunk: {max_tokens: .inf}", wrong),
        ("a sexagesimal", b"chunk: {max_tokens: 1:30}", wrong),
        ("a fraction", b"chunk: {max_tokens: 1.5}", wrong),
        ("a section that is unknown", b"chunks: {}", wrong),
    ]


def test(trials: Trials) -> None:
    arguments = Arguments(trials)
    for part in (arguments.files, arguments.environment, arguments.texts, arguments.settings, arguments.options):
        before = trials.cases
        part()
        print(f"    {part.__name__}: {trials.cases - before} cases", flush=True)
