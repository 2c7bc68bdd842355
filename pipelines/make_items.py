#!/usr/bin/env python3
"""Makes evaluation items from articles and from the references that m3-chunk made of them.

    python3 pipelines/make_items.py --articles .cache/articles/vital-articles.jsonl \\
        --references build/references --output build/items.jsonl --per-task 100

An item asks for text that one reference gives away. `m3-read evaluate` takes the mean negative
log-likelihood of its target without the reference, with its text and with its memory. One JSON
line an item:

    id            `<task>:<reference id>`
    reference_id  the reference that helps
    task          A, B, C or Q
    context       what the model reads before the target
    target        what is scored; begins with a space, as text inside a sentence does
    separator     what stands between reference and context when the reference is read as text

A, continuation. The reference is the first of an article that goes on after it (with
   `--later`, one that is not the first), and has at least 64 tokens. The context is the word
   after the reference, white space before it included, the target about the 63 tokens
   after. The separator is empty.
B, definition. The reference is the first of an article that begins with its title (with or
   without an article before it) and `is`, `was`, `are` or `were`. The context is
   `Question: What is TITLE?` and, on the next line, `Answer: TITLE is`; the target is about
   the 16 tokens that follow the verb in the reference. The separator is a line break.
C, cloze. The context is `About TITLE.` and about the first 6 tokens of a sentence of the
   reference that is not its first, the target about the 16 tokens after. The separator is a
   line break.

Q, question, on demand: for `m3-read evaluate --retrieve`. Reference and target are those of B,
   the context is `What is TITLE?`

This script has no tokenizer, so lengths are in words and "about" means: the number of words
that makes so many tokens at the reference's own tokens a word, its `token_count` divided by
its words, rounded up. Context and target are cut at white space, where tokens end in any case.
Titles that a parenthesis disambiguates are left out of B, since no text begins with them.

With SmolLM2-135M-Instruct, BOS `<|endoftext|>`, references of at most 128 tokens and 100 items
a task, the negative log-likelihood of A, B and C is about 3.1, 2.7 and 2.6 without the
reference and 2.6, 0.38 and 0.19 with its text (fixtures/evaluation/oracle.py).

Which items are made depends on the seed and the reference ids only: every candidate is ranked
by the SHA-256 of seed, task and reference id, and the first of each task are taken. So the
items of `--per-task 100` are, task by task, the first ones of `--per-task 200`.

Needs Python 3.9 and the zstd command line tool.
"""
import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional

REFERENCE_TOKENS_A = 64
TARGET_TOKENS = {"A": 63, "B": 16, "C": 16, "Q": 16}
CUE_TOKENS_C = 6
SEPARATORS = {"A": "", "B": "\n", "C": "\n", "Q": "\n"}

WORD = re.compile(r"\s*\S+")
# A full stop ends a sentence when a capital follows it and a word of three letters or more, a
# number or a bracket stands before it; so initials and `St.` or `c.` do not.
SENTENCE_END = re.compile(r"(?:(?<=[^\W_]{3})|(?<=[0-9)\]\"”]))[.!?][\"”)\]]*(?=\s+[A-Z])")
VERB = re.compile(r" (?:is|was|are|were)(?= )")
LEADING_ARTICLES = ("", "The ", "A ", "An ")


class ItemError(Exception):
    """Something that the user has to know about; printed without a traceback."""


class Reference(NamedTuple):
    """What an item needs of one reference; `end` counts UTF-8 bytes of the document.

    `body` is the text without the title that m3-chunk puts before it.
    """

    id: str
    document_id: str
    text: str
    body: str
    token_count: int
    number: int
    end: Optional[int]

    def words_for(self, tokens: int) -> int:
        """How many words make at least `tokens` tokens at this reference's tokens a word."""
        return -(-tokens * len(WORD.findall(self.text)) // self.token_count)


class Item(NamedTuple):
    reference: Reference
    task: str
    context: str
    target: str

    def json(self) -> str:
        record = {
            "id": f"{self.task}:{self.reference.id}",
            "reference_id": self.reference.id,
            "task": self.task,
            "context": self.context,
            "target": self.target,
            "separator": SEPARATORS[self.task],
        }
        return json.dumps(record, ensure_ascii=False)


def take_words(text: str, count: int, start: int = 0) -> Optional[int]:
    """Where the `count`-th word after `start` ends, or nothing if there are fewer."""
    for match in WORD.finditer(text, start):
        count -= 1
        if count == 0:
            return match.end()
    return None


def continuation(reference: Reference, article: Dict[str, str]) -> Optional[Item]:
    if reference.token_count < REFERENCE_TOKENS_A:
        return None
    document = article["text"].encode("utf-8")
    read = document[: reference.end or 0]
    if not read.endswith(reference.body.encode("utf-8")):
        return None
    rest = document[reference.end :].decode("utf-8").rstrip()
    # The context has to begin a token of its own; in the middle of a word it would not.
    if not rest[:1].isspace() and not reference.body[-1:].isspace():
        return None
    cut = take_words(rest, 1)
    end = cut and take_words(rest, reference.words_for(TARGET_TOKENS["A"]), cut)
    return Item(reference, "A", rest[:cut], rest[cut:end]) if end else None


def definition(reference: Reference, article: Dict[str, str]) -> Optional[Item]:
    title, text = article["title"], reference.body
    if reference.number != 0:
        return None
    for leading in LEADING_ARTICLES:
        if not text.lower().startswith((leading + title).lower()):
            continue
        verb = VERB.match(text, len(leading + title))
        end = verb and take_words(text, reference.words_for(TARGET_TOKENS["B"]), verb.end())
        if end:
            context = f"Question: What is {title}?\nAnswer: {title} is"
            return Item(reference, "B", context, text[verb.end() : end])
    return None


def cloze(reference: Reference, article: Dict[str, str]) -> Optional[Item]:
    text = reference.body
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    sentences = [text[start:end].strip() for start, end in zip(ends, ends[1:] + [len(text)])]
    cue, target = reference.words_for(CUE_TOKENS_C), reference.words_for(TARGET_TOKENS["C"])
    for sentence in sentences:
        cut = take_words(sentence, cue)
        end = cut and take_words(sentence, target, cut)
        if end:
            context = f"About {article['title']}. {sentence[:cut]}"
            return Item(reference, "C", context, sentence[cut:end])
    return None


def question(reference: Reference, article: Dict[str, str]) -> Optional[Item]:
    found = definition(reference, article)
    return found and found._replace(task="Q", context=f"What is {article['title']}?")


TASKS = {"A": continuation, "B": definition, "C": cloze, "Q": question}


def read_articles(path: Path) -> Dict[str, Dict[str, str]]:
    articles = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            article = parse(line, f"{path}:{number}", {"id": str, "title": str, "text": str})
            articles[article["id"]] = article
    return articles


def read_references(folder: Path) -> Iterator[Reference]:
    """The references of a folder, part after part, in their order there."""
    parts = sorted(folder.glob("part-*.jsonl.zst"))
    if not parts:
        raise ItemError(f"{folder}: no part-*.jsonl.zst")
    fields = {"id": str, "document_id": str, "text": str, "token_count": int}
    for part in parts:
        command = ["zstd", "--decompress", "--stdout", "--quiet", "--", str(part)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            for number, line in enumerate(process.stdout, 1):
                record = parse(line, f"{part}:{number}", fields)
                tokens = len(record.get("token_ids") or []) or record["token_count"]
                chunk = record["id"].rpartition("#")[2]
                if not chunk.isdigit() or tokens < 1:
                    raise ItemError(f"{part}:{number}: id or token_count of {record['id']!r}")
                yield Reference(
                    record["id"], record["document_id"], record["text"], record["text"], tokens,
                    int(chunk), record.get("end"),
                )
        if process.returncode != 0:
            raise ItemError(f"{part}: zstd exited with {process.returncode}")


def parse(line, place: str, fields: Dict[str, type]) -> dict:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise ItemError(f"{place}: {error}") from None
    for field, kind in fields.items():
        if not isinstance(record, dict) or not isinstance(record.get(field), kind):
            raise ItemError(f"{place}: no {field}, or one of another type than {kind.__name__}")
    return record


def make_items(arguments: argparse.Namespace) -> List[Item]:
    articles = read_articles(arguments.articles)
    candidates: Dict[str, Dict[str, Item]] = {task: {} for task in arguments.tasks}
    for index, reference in enumerate(read_references(arguments.references)):
        article = articles.get(reference.document_id)
        if index < arguments.exclude_first or article is None:
            continue
        title = " ".join(article["title"].split()) + ": "
        if reference.text.startswith(title):
            reference = reference._replace(body=reference.text[len(title) :])
        if arguments.later and reference.number == 0:
            continue
        for task, found in candidates.items():
            if task == "A" and reference.number > 0 and not arguments.later:
                continue
            item = TASKS[task](reference, article)
            # One item of a document and task, or long documents would weigh more.
            if item and reference.document_id not in found:
                found[reference.document_id] = item

    def rank(item: Item) -> bytes:
        key = f"{arguments.seed}\0{item.task}\0{item.reference.id}"
        return hashlib.sha256(key.encode("utf-8")).digest()

    items = []
    for task, found in candidates.items():
        chosen = sorted(found.values(), key=rank)[: arguments.per_task]
        print(f"task {task}: {len(found)} candidates, {len(chosen)} items", file=sys.stderr)
        if len(chosen) < arguments.per_task:
            print(f"task {task}: fewer than the {arguments.per_task} asked for", file=sys.stderr)
        items += chosen
    return items


def write(path: Path, items: List[Item]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".partial")
    with open(temporary, "w", encoding="utf-8") as file:
        file.writelines(item.json() + "\n" for item in items)
    os.replace(temporary, path)
    print(path)


def task_list(text: str) -> List[str]:
    tasks = list(dict.fromkeys(text.split(",")))
    unknown = [task for task in tasks if task not in TASKS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no task {unknown[0]!r}; there are {', '.join(TASKS)}")
    return tasks


def count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count")
    return int(text)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make evaluation items from articles.")
    parser.add_argument("--articles", type=Path, required=True, metavar="FILE",
                        help="JSON lines with id, title and text")
    parser.add_argument("--references", type=Path, required=True, metavar="DIR",
                        help="folder of part-*.jsonl.zst that m3-chunk made of the articles")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE",
                        help="JSON lines, one item each")
    parser.add_argument("--per-task", type=count, default=100, metavar="N",
                        help="items of each task, at most (default: %(default)s)")
    parser.add_argument("--tasks", type=task_list, default=["A", "B", "C"], metavar="A,B,C",
                        help="which tasks (default: A,B,C)")
    parser.add_argument("--seed", type=int, default=1, metavar="S",
                        help="chooses other items (default: %(default)s)")
    parser.add_argument("--later", action="store_true",
                        help="only references that are not the first of their article: what it is "
                        "worth to have read the article before them (no items of task B)")
    parser.add_argument("--exclude-first", type=count, default=0, metavar="K",
                        help="leave out the first K references of the folder, which a codebook "
                        "was trained on (default: %(default)s)")
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    try:
        write(arguments.output, make_items(arguments))
    except (ItemError, OSError, UnicodeDecodeError) as error:
        print(f"make_items.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
