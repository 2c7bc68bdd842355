#!/usr/bin/env python3
"""Makes labelled texts to train and to test a head of quality, from documents as JSON lines.

    python3 pipelines/quality_texts.py --documents .cache/documents --sources python postgresql linux handbook-en-US \\
        --articles .cache/articles/vital-articles.jsonl --output .cache/quality/train.jsonl
    python3 pipelines/quality_texts.py --documents .cache/documents --sources llvm-16 --output .cache/quality/llvm.jsonl

One JSON line a text: `id`, `text`, `label`, `kind`, `document_id`. Nobody reads and grades them: a label follows from how
the text was made. Texts have 40 to 90 words, about what a reference of 128 tokens holds.

    kind       label   grade   made of
    article      1       5     sentences of the lead of an article
    prose        1       4     a documentation's paragraphs of whole sentences
    list         0       0     paragraphs without a sentence: navigation, contents, index entries, tables of symbols,
                               options, boilerplate
    shuffled     0     3 … 0   an article's or prose text with words in random order
    noise        0     3 … 0   with characters replaced, lost or doubled, as by bad recognition
    cut          0     3 … 0   wrapped into lines that end early
    repeated     0     3 … 0   with a sentence said over and over

`--labels graded` writes the grades; a damaged text is then damaged in .15, .3, .6 or all of its words (3, 2, 1, 0). The
default, `binary`, writes labels; a damaged text is then damaged in .6 or all of its words.

Of every source as many texts are good as bad, so that what a text is about says nothing of its label, and as many are
lists as are damaged (articles have no lists). A paragraph that stands in several documents counts for the first of
them. Source code is neither good nor bad and is left out. Which texts are taken follows from SHA-256 of the seed and
their ids. A document's texts carry its `document_id`: a training never has them on both sides.

Needs Python 3.9 and nothing else.
"""
import argparse
import hashlib
import json
import random
import re
from pathlib import Path

LEAST_WORDS = 40
MOST_WORDS = 90
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-Z0-9])")
CODE = re.compile(r"(>>>|[{};]\s*$|^\s*[#$]\s|\b(def|return|struct|int|void|static|import|SELECT|INSERT|CREATE)\b.*[(;:]"
                  r"|==|!=|->|^\s{2,}\S|\w\(\w*,)", re.MULTILINE)
# What a bad recognition takes for what.
LOOKALIKES = {"e": "c", "c": "e", "o": "0", "l": "1", "i": "l", "s": "5", "m": "rn", "h": "b", "a": "@", "t": "f",
              "n": "ri", "r": "v", "u": "ii", "d": "cl"}
DAMAGES = ("shuffled", "noise", "cut", "repeated")
SHARES = {"binary": (0.6, 1.0), "graded": (0.15, 0.3, 0.6, 1.0)}
GRADES = {0.15: 3, 0.3: 2, 0.6: 1, 1.0: 0}


def rank(seed, *names):
    return hashlib.sha256("\0".join([str(seed), *names]).encode()).digest()


def words(text):
    return text.split()


def is_latin(text):
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and sum(c.isascii() for c in letters) >= 0.9 * len(letters)


def is_prose(paragraph):
    """Whole sentences of ordinary words."""
    parts = words(paragraph)
    if len(parts) < 12 or not paragraph.rstrip().endswith((".", "!", "?")) or not paragraph[0].isupper():
        return False
    return sum(w.strip(".,;:()\"'").isalpha() for w in parts) >= 0.8 * len(parts)


def is_list(paragraph):
    """No sentence: nothing that is long and ends as one."""
    return not CODE.search(paragraph) and all(
        len(words(line)) < 9 and not line.rstrip().endswith((".", "!", "?", ",")) for line in paragraph.splitlines())


def windows(paragraphs, accepts):
    """Runs of neighbouring paragraphs that are accepted, joined until they have enough words."""
    run, count = [], 0
    for paragraph in [*paragraphs, None]:
        fits = paragraph is not None and accepts(paragraph)
        if not fits or count + len(words(paragraph)) > MOST_WORDS:
            if count >= LEAST_WORDS:
                yield "\n\n".join(run)
            run, count = [], 0
        if fits and len(words(paragraph)) <= MOST_WORDS:
            run.append(paragraph)
            count += len(words(paragraph))


def read(path, name, seen):
    """Prose and lists of a source: (id, document id, text)."""
    prose, lists = [], []
    with open(path, encoding="utf-8") as lines:
        documents = sorted((json.loads(line) for line in lines), key=lambda document: document["id"])
    for document in documents:
        if "/translations/" in document["id"]:
            continue
        paragraphs = []
        for paragraph in re.split(r"\n\s*\n", document["text"]):
            paragraph = paragraph.replace("¶", "").strip("\n")
            if not paragraph.strip() or not is_latin(paragraph):
                continue
            digest = hashlib.sha256(paragraph.encode()).digest()
            if digest not in seen:
                seen.add(digest)
                paragraphs.append(paragraph)
        for kind, accepts, found in [("prose", is_prose, prose), ("list", is_list, lists)]:
            for number, text in enumerate(windows(paragraphs, accepts)):
                identifier = f"{name}:{document['id']}#{kind}{number}"
                found.append((identifier, f"{name}:{document['id']}", text))
    return prose, lists


def read_articles(path):
    found = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            sentences = SENTENCE_END.split(document["text"].replace("\n", " "))
            for number, text in enumerate(windows(sentences, lambda sentence: True)):
                found.append((f"article:{document['id']}#{number}", f"article:{document['id']}",
                              text.replace("\n\n", " ")))
    return found


def shuffled(text, share, generator):
    parts = words(text)
    places = sorted(generator.sample(range(len(parts)), max(2, round(share * len(parts)))))
    moved = places[:]
    generator.shuffle(moved)
    result = parts[:]
    for place, source in zip(places, moved):
        result[place] = parts[source]
    return " ".join(result)


def noise(text, share, generator):
    result = []
    for part in words(text):
        if generator.random() >= share:
            result.append(part)
            continue
        place = generator.randrange(len(part))
        letter = part[place]
        kind = generator.randrange(4)
        if kind == 0:
            changed = LOOKALIKES.get(letter.lower(), "#")
        elif kind == 1:
            changed = ""
        elif kind == 2:
            changed = letter + " " + generator.choice("|~^'.,_")
        else:
            changed = letter + letter
        part = part[:place] + changed + part[place + 1:]
        if generator.random() < 0.3 and result:
            result[-1] += part
        elif part:
            result.append(part)
    return " ".join(result)


def cut(text, share, generator):
    parts, lines = words(text), []
    while parts:
        length = generator.randint(7, 12)
        line, parts = parts[:length], parts[length:]
        if generator.random() < share:
            line = line[:max(1, round(len(line) * generator.uniform(0.2, 0.6)))]
            line[-1] = line[-1][:max(1, len(line[-1]) // 2)]
        lines.append(" ".join(line))
    return "\n".join(lines)


def repeated(text, share, generator):
    sentences = SENTENCE_END.split(text.replace("\n", " "))
    sentence = " ".join(words(generator.choice(sentences))[:18])
    total = len(words(text))
    kept = words(text)[:round((1 - share) * total)]
    while len(kept) < total:
        kept += words(sentence)
    return " ".join(kept)


DAMAGE = {"shuffled": shuffled, "noise": noise, "cut": cut, "repeated": repeated}


def make(arguments):
    pools = []
    seen = set()
    if arguments.articles:
        pools.append(("article", read_articles(arguments.articles), []))
    for name in arguments.sources:
        pools.append(("prose", *read(Path(arguments.documents) / f"{name}.jsonl", name, seen)))
    graded = arguments.labels == "graded"
    records = []
    for kind, good, lists in pools:
        good.sort(key=lambda entry: rank(arguments.seed, entry[0]))
        lists.sort(key=lambda entry: rank(arguments.seed, entry[0]))
        bad_lists = lists[:arguments.per_source // 2]
        damaged_count = arguments.per_source - len(bad_lists)
        # Each passage serves once: as it is, or damaged.
        count = min(arguments.per_source, len(good) * arguments.per_source // (arguments.per_source + damaged_count))
        damaged_count = min(damaged_count, len(good) - count)
        for identifier, document, text in good[:count]:
            records.append((identifier, document, text, kind, (5 if kind == "article" else 4) if graded else 1))
        for identifier, document, text in bad_lists:
            records.append((identifier, document, text, "list", 0))
        for place, (identifier, document, text) in enumerate(good[count:count + damaged_count]):
            damage = DAMAGES[place % len(DAMAGES)]
            shares = SHARES[arguments.labels]
            share = shares[place // len(DAMAGES) % len(shares)]
            generator = random.Random(rank(arguments.seed, "damage", identifier))
            text = DAMAGE[damage](text, share, generator)
            records.append((f"{identifier}-{damage}", document, text, damage, GRADES[share] if graded else 0))
    return sorted(records, key=lambda record: rank(arguments.seed, "order", record[0]))


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1")
    return number


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", default=".cache/documents", help="folder of NAME.jsonl")
    parser.add_argument("--sources", nargs="*", default=[], help="names of documentations in it")
    parser.add_argument("--articles", help="JSON lines of articles")
    parser.add_argument("--output", required=True)
    parser.add_argument("--per-source", type=positive, default=400, help="good texts of a source, and bad ones")
    parser.add_argument("--labels", choices=sorted(SHARES), default="binary")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    records = make(arguments)
    output = Path(arguments.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    temporary = output.with_name(f".{output.name}.tmp")
    with open(temporary, "w", encoding="utf-8", newline="\n") as lines:
        for identifier, document, text, kind, label in records:
            record = {"id": identifier, "text": text, "label": label, "kind": kind, "document_id": document}
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")
    temporary.rename(output)
    kinds = sorted({record[3] for record in records})
    counts = ", ".join(f"{sum(record[3] == kind for record in records)} {kind}" for kind in kinds)
    print(f"{output}: {len(records)} texts: {counts}")


if __name__ == "__main__":
    main()
