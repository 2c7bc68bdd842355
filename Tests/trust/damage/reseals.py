"""Damage with sums that fit: fields of shards, frames and manifests changed, and everything that covers them made anew."""
from __future__ import annotations

import json
import random
import re
import struct
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import zstandard

from mutations import Case, Group, listed
from sealing import (
    Files, Layout, Raw, Record, canonical, change_record, compress, layout, little, read_manifest, records, rebuilt, seal_footer,
    seal_shard, sealed, derive, spans, with_manifest)
from zstd_frames import BLOCK, frame

Field = Tuple[str, int, int]
LEGAL_FIELDS = {"minor version", "compatible features"}
NUMBERS = [0, 1, 2, 7, 52, 96, 160, 1 << 16, (1 << 16) + 1, 99_999, 100_000, 1 << 20, (1 << 20) + 1, 1 << 26,
           (1 << 26) + 1, 1 << 30, 1 << 31, 1 << 32, 1 << 53, 1 << 63, (1 << 64) - 1]
HEADER: List[Field] = [
    ("header frame magic", 0, 4), ("header frame size", 4, 4), ("magic", 8, 8), ("major version", 16, 2),
    ("minor version", 18, 2), ("incompatible features", 20, 4), ("compatible features", 24, 4), ("record count", 28, 4),
    ("shard number", 32, 4), ("reserved", 36, 4), ("bank id", 40, 8), ("bank id, second half", 48, 8),
    ("configuration hash", 56, 8), ("configuration hash, end", 80, 8),
]
ENTRY: List[Field] = [
    ("record number", 0, 8), ("offset", 8, 8), ("compressed length", 16, 4), ("raw length", 20, 4),
    ("text length", 24, 4), ("flags", 28, 4), ("record sum", 32, 8),
]
KEY: List[Field] = [("key hash", 0, 8), ("key position", 8, 4)]
FOOTER: List[Field] = [
    ("index offset", 0, 8), ("index length", 8, 8), ("index sum", 16, 8), ("header sum in the footer", 24, 8),
    ("file length", 32, 8), ("footer sum", 40, 8), ("end magic", 48, 8),
]


def shard_names(files: Files) -> List[str]:
    return sorted(name for name in files if name.startswith("shard-"))


def shard_fields(where: Layout) -> List[Field]:
    """Every field of a shard but the footer's and the header's sum, at its offset in the file."""
    found = [*HEADER, ("index frame magic", where.index, 4), ("index frame size", where.index + 4, 4)]
    for position in range(where.count):
        found += [(f"{name} of {position}", where.entry(position) + offset, size) for name, offset, size in ENTRY]
        found += [(f"{name} at {position}", where.key(position) + offset, size) for name, offset, size in KEY]
    return found


def footer_fields(where: Layout) -> List[Field]:
    return [(name, where.footer + offset, size) for name, offset, size in FOOTER]


def values(old: int, size: int) -> List[int]:
    """What a field of so many bytes is changed to: its neighbours, limits, and every single bit flipped."""
    near = [old + 1, old - 1, 2 * old, old // 2, -1]
    found = [*near, *NUMBERS, *(old ^ 1 << bit for bit in range(8 * size))]
    return list(dict.fromkeys(value % (1 << 8 * size) for value in found))


def put(shard: bytearray, field: Field, value: int) -> None:
    _, offset, size = field
    shard[offset : offset + size] = little(value, size)


def with_fields(files: Files, name: str, changes: List[Tuple[Field, int]], by_manifest: bool, by_records: bool) -> Case:
    """Fields of one shard changed, sums made to fit: of the shard, of its records, and in the manifest, where asked."""
    old = files[name] or b""
    where, shard = layout(old), bytearray(old)
    footer = [(field, value) for field, value in changes if field[1] >= where.footer]
    for field, value in changes:
        put(shard, field, value)
    seal_shard(shard, where, by_records)
    for field, value in footer:
        put(shard, field, value)
    if footer and not any(field[0] == "footer sum" for field, _ in footer):
        seal_footer(shard, where)
    changed = [field[0] for field, _ in changes if shard[field[1] :][: field[2]] != old[field[1] :][: field[2]]]
    result = {**files, name: bytes(shard)}
    legal = by_manifest and changed and LEGAL_FIELDS.issuperset(changed)
    rule = changed[0].replace("features", "feature") if legal else None
    label = ", ".join(f"{field[0]} = {value:#x}" for field, value in changes)
    return Case(f"{name}: {label}", with_manifest(result) if by_manifest else result, rule, accident=False)


def fields(files: Files) -> Group:
    """Each field of each shard at each of its values; and what takes more than a field."""
    cases: List[Callable[[], Case]] = []
    for name in shard_names(files):
        shard = files[name] or b""
        where = layout(shard)
        for field in shard_fields(where) + footer_fields(where):
            old = int.from_bytes(shard[field[1] :][: field[2]], "little")
            seals = [(True, False), (False, False)]
            if field[0].startswith(("record number", "offset", "compressed length", "bank id")):
                seals.append((True, True))
            cases += [lambda name=name, change=(field, value), seal=seal: with_fields(files, name, [change], *seal)
                      for value in values(old, field[2]) for seal in seals]
        cases += [lambda name=name, change=change: arranged(files, name, *change) for change in arrangements(shard)]
    return listed("resealed fields of shards", cases)


def arranged(files: Files, name: str, label: str, shard: bytes) -> Case:
    return Case(f"{name}: {label}", with_manifest({**files, name: shard}), None, accident=False)


def arrangements(shard: bytes) -> Iterator[Tuple[str, bytes]]:
    """Holes, overlaps, bytes where none belong, entries and keys in another order; every sum fits."""
    where, frames = layout(shard), spans(shard)
    for label, place, size in [("a hole before the records", 96, 1), ("bytes before the index", where.index, 8),
                               ("bytes before the footer", where.footer, 1), ("bytes behind the footer", len(shard), 1)]:
        for moves in (False, True):
            grown = bytearray(shard[:place] + bytes(size) + shard[place:])
            moved = Layout(len(grown), where.count)
            if moves and place == 96:
                for position in range(where.count):
                    entry = moved.entry(position)
                    grown[entry + 8 : entry + 16] = little(frames[position][0] + size, 8)
            grown[moved.footer : moved.footer + 8] = little(moved.index, 8)
            grown[moved.footer + 32 : moved.footer + 40] = little(len(grown), 8)
            if place < len(shard):
                seal_shard(grown, moved, moves)
            yield f"{label}{', offsets moved' * moves}", bytes(grown)
    for position in range(1, where.count):
        grown = bytearray(shard)
        before, entry = where.entry(position - 1), where.entry(position)
        grown[before + 16 : before + 20] = little(where.index - frames[position - 1][0], 4)
        for offset in (where.index, where.index + 1):
            grown[entry + 8 : entry + 16] = little(offset, 8)
            seal_shard(grown, where, True)
            yield f"record {position} at byte {offset}, where the index is", bytes(grown)
    for first in range(where.count):
        for second in range(where.count):
            for what, size, at in [("entry", 40, where.entry), ("key", 12, where.key)]:
                if first == second:
                    continue
                one, other = at(first), at(second)
                copied, swapped = bytearray(shard), bytearray(shard)
                copied[one : one + size] = shard[other : other + size]
                swapped[one : one + size], swapped[other : other + size] = copied[one : one + size], shard[one : one + size]
                only = bytearray(shard)
                part = (8, 12) if what == "entry" else (0, 8)
                only[one + part[0] : one + sum(part)] = shard[other + part[0] : other + sum(part)]
                for how, result in (("over", copied), ("swapped with", swapped), ("with the place or hash of", only)):
                    seal_shard(result, where, True)
                    yield f"{what} {first} {how} {second}", bytes(result)


# Frames and raw records


def reframed(files: Files, label: str, rule: Optional[str], shard: int, position: int, **change: Any) -> Callable[[], Case]:
    return lambda: Case(label, rebuilt(files, change_record(shard, position, **change)), rule, accident=False)


def frames(files: Files) -> Group:
    """Frames that zstd would take and the format does not, frames that it does, and raw records of all kinds."""
    cases: List[Callable[[], Case]] = []
    for shard, name in enumerate(shard_names(files)):
        content = records(files[name] or b"")
        for position, record in enumerate(content):
            for label, rule, change in [*frame_changes(record), *raw_changes(record), *part_changes(record, content)]:
                cases.append(reframed(files, f"{name}: record {position}: {label}", rule, shard, position, **change))
    names = shard_names(files)
    first = records(files[names[0]] or b"")[0]
    cases.append(reframed(files, "an id of another shard", None, 1, 0, identifier=first.identifier))
    return listed("resealed frames and records", cases)


def frame_changes(record: Record) -> Iterator[Tuple[str, Optional[str], Dict[str, Any]]]:
    """The raw record stays; its frame is another."""
    raw, legal = record.raw, "another frame"
    size, plain = len(raw), record.data
    cut = size // 2
    single, checked = frame(raw), frame(raw, checksum=True)
    tried: List[Tuple[str, Optional[str], bytes]] = [
        *((f"level {level}", legal, compress(raw, level=level)) for level in (-5, 1, 12, 19)),
        ("stored", legal, single), ("a checksum of zstd's", legal, checked),
        ("a wrong checksum of zstd's", None, checked[:-1] + bytes([checked[-1] ^ 1])),
        ("a cut checksum of zstd's", None, checked[:-4]), ("no content size", None, frame(raw, content_size=None)),
        ("dictionary 0, said in a byte", legal, frame(raw, dictionary=(0, 1))),
        *((f"a dictionary id of {n} bytes", None, frame(raw, dictionary=(7, n))) for n in (1, 2, 4)),
        ("a window", legal, frame(raw, window=0x50)), ("the smallest window", legal, frame(raw, window=0, block=1024)),
        ("a window of 2 GiB", legal, frame(raw, window=21 << 3)), ("a window of 4 GiB", None, frame(raw, window=22 << 3)),
        ("zstd's unused bit", legal, frame(raw, bits=0x10)), ("zstd's reserved bit", None, frame(raw, bits=0x08)),
        ("empty blocks", legal, frame(raw, empty_blocks=3)), ("blocks of a byte", legal, frame(raw, block=1)),
        ("a reserved kind of block", None, frame(raw, kind=3)), ("no last block", None, frame(raw, last=False)),
        ("two frames", None, frame(raw[:cut]) + frame(raw[cut:])),
        ("two frames, the first with the whole size", None, frame(raw[:cut], content_size=size) + frame(raw[cut:])),
        ("a byte behind", None, plain + b"\0"), ("a byte missing", None, plain[:-1]),
        ("a skippable frame behind", None, plain + struct.pack("<II", 0x184D2A50, 0)),
        ("a skippable frame before", None, struct.pack("<II", 0x184D2A51, 0) + plain),
        ("a skippable frame alone", None, struct.pack("<II", 0x184D2A50, size) + raw),
        ("an empty frame behind", None, plain + frame(b"")), ("an empty frame before", None, frame(b"") + plain),
        ("the frame twice", None, plain + plain), ("no frame", None, raw), ("no magic", None, plain[4:]),
        *((f"the magic of zstd 0.{n}", None, struct.pack("<I", 0xFD2FB520 + n) + single[4:]) for n in range(1, 9) if n != 8),
        ("zstd 0.7", None, old_frame(raw, 7)), ("zstd 0.6", None, old_frame(raw, 6)), ("zstd 0.5", None, old_frame(raw, 5)),
    ]
    for label, rule, data in tried:
        yield label, rule, {"frame": data}
    for claimed in (0, 1, size - 1, size + 1, size + 256, 1 << 26, (1 << 26) + 1, 1 << 31, 1 << 62, (1 << 64) - 1):
        data = frame(raw, content_size=claimed, wide=True)
        yield f"content size {claimed}", None, {"frame": data}
        yield f"content size and raw length {claimed}", None, {"frame": data, "raw_length": claimed % (1 << 32)}
        yield f"raw length {claimed}", None, {"frame": plain, "raw_length": claimed % (1 << 32)}


def old_frame(raw: bytes, version: int) -> bytes:
    """Stored blocks in the frame of an older zstd, with the content's size where it has one."""
    head = struct.pack("<I", 0xFD2FB520 + version)
    if version == 7:
        head += b"\xa0" + struct.pack("<I", len(raw))  # a size of four bytes, one segment
    elif version == 6:
        head += bytes([2 << 6 | 5]) + struct.pack("<H", len(raw) - 256) if len(raw) >= 256 else bytes([1 << 6 | 5, len(raw)])
    else:
        head += b"\x05"
    blocks = b""
    for start in range(0, len(raw), BLOCK):
        piece = raw[start : start + BLOCK]
        blocks += bytes([1 << 6 | len(piece) >> 16, len(piece) >> 8 & 255, len(piece) & 255]) + piece
    return head + blocks + b"\xc0\0\0"


def raw_changes(record: Record) -> Iterator[Tuple[str, Optional[str], Dict[str, Any]]]:
    """Lengths in the raw record that do not fit."""
    raw = record.raw
    places = [(0, 2), (2 + len(record.identifier), 4), (6 + len(record.identifier) + len(record.source), 4)]
    for what, (offset, size) in zip(("id", "source", "text"), places):
        old = int.from_bytes(raw[offset : offset + size], "little")
        for value in dict.fromkeys([0, old - 1, old + 1, len(raw), 4097, 65537, (1 << 20) + 1, 1 << 31, -1]):
            changed = raw[:offset] + little(value, size) + raw[offset + size :]
            # Where another length still parses, the record is another one: the manifest's logical hash is the old one's.
            if changed != raw:
                yield f"{what} length {value}", None, {"raw_bytes": changed}
    for length in (0, 1, 2, 10, 11, len(raw) - 1):
        if length < len(raw):
            yield f"raw record cut to {length}", None, {"raw_bytes": raw[:length]}


INVALID = [b"\x80", b"\xc0\x80", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xff"]


def part_changes(record: Record, content: List[Record]) -> Iterator[Tuple[str, Optional[str], Dict[str, Any]]]:
    """Other ids, sources, texts and payloads; lengths and sums fit."""
    legal = "another record"
    for bad in INVALID:
        yield f"id of {bad.hex()}", None, {"identifier": b"x" + bad}
        yield f"text with {bad.hex()}", None, {"text": record.text + bad}
        yield f"source of {bad.hex()}", legal, {"source": bad}
    for part, most in (("identifier", 4096), ("source", 1 << 20), ("text", 1 << 16)):
        yield f"{part} as long as may be", legal, {part: b"y" * most}
        yield f"{part} too long", None, {part: b"y" * (most + 1)}
    yield "id empty", None, {"identifier": b""}
    yield "id of a zero byte", legal, {"identifier": b"\0"}
    yield "text empty", legal if record.text else "same bytes", {"text": b""}
    yield "payload empty", legal if record.payload else "same bytes", {"payload": b""}
    yield "payload longer", legal, {"payload": record.payload + b"\0"}
    yield "source empty", legal if record.source else "same bytes", {"source": b""}
    for difference in (-1, 1, 1000):
        yield f"text length in the index {difference:+}", None, {"text_length": (len(record.text) + difference) % (1 << 32)}
    for position, other in enumerate(content):
        if other is not record:
            yield f"the id of {position}", None, {"identifier": other.identifier}


def bombs(files: Files) -> Group:
    """Records as large as may be and larger, in frames of a few bytes."""
    cases: List[Callable[[], Case]] = []
    for size, rule in ((1 << 26, "another record"), ((1 << 26) + 1, None), (1 << 28, None), ((1 << 32) - 1, None)):
        record = records(files[shard_names(files)[0]] or b"")[0]
        head = record.raw[: len(record.raw) - len(record.payload)]
        payload = bytes(min(size, (1 << 26) + 1) - len(head))
        data = compress(head + payload, level=1)
        if size > (1 << 26) + 1:
            data = frame(head, content_size=size, wide=True, repeats=(size - len(head)) // BLOCK)
        change = {"payload": payload, "frame": data, "raw_length": size}
        cases.append(reframed(files, f"a record of {size} bytes in {len(data)}", rule, 0, 0, **change))
    return listed("bombs", cases)


# Manifests

STRINGS = ["", "x", "../x", "/etc/passwd", "a/b", "a\\b", ".hidden", "..", "UPPER", "x" * 64, "x" * 65, "x" * 128, "x" * 129,
           "1a", "\u00e9", "\0", "shard-00000.m3s", "shard-00001.m3s", "shard-99999.m3s", "shard-100000.m3s", "manifest.json",
           "index.json", "index.faiss", "bos.m3m", "bos", "bos_memory", "codebook", "m3-bank", "0" * 64, "A" * 64, "g" * 64]
OTHERS: List[Any] = [
    None, True, False, [], {}, [[]], {"": {}}, -1, 0, 1, 2, 1 << 26, (1 << 30) + 1, 1 << 53, (1 << 53) + 1, (1 << 63) - 1,
    *(Raw(text) for text in [
        "1.0", "1e0", "-0", "01", "+1", "0x1", "NaN", "Infinity", "1e400", str(1 << 63), str(1 << 64), "9" * 5000, "",
        '"\\ud800"', '"\\u0041"', '"\\/"', '"\\u000A"', '"\\x"', '"\ud800"', "'x'", "nul", "tru", "[" * 70 + "]" * 70,
        "[" * 100_000, '{"a":1,"a":1}', '{"b":1,"a":1}', "[1,]", "[1 ]", "/**/1"])]
Path = Tuple[Any, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths to every value in a JSON value, containers too."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from leaves(item, (*path, key))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy with one value replaced; a callable gets the parent and the key."""
    copied = dict(value) if isinstance(value, dict) else list(value)
    if len(path) > 1:
        copied[path[0]] = replaced(copied[path[0]], path[1:], new)
    elif callable(new):
        new(copied, path[0])
    else:
        copied[path[0]] = new
    return copied


def alternatives(old: Any) -> List[Any]:
    found: List[Any] = [*OTHERS, *STRINGS]
    if type(old) is int:
        found += [old + 1, old - 1, -old, str(old), Raw(f"{old}.0"), Raw(f"{old}e0"), Raw(f"0{old}"), old + (1 << 32)]
    if isinstance(old, str):
        found += [old + "a", old[:-1], old.upper(), old[::-1], old + "\0", " " + old, "x" * 1024, "x" * 1025, "../" + old]
    if isinstance(old, (list, dict)) and old:
        found += [type(old)(), [old], old[::-1] if isinstance(old, list) else list(old)]
        if isinstance(old, list):
            found += [old[:-1], old[1:], [*old, old[-1]], [old[-1], *old]]
    return found


def rename(parent: Any, key: Any) -> None:
    parent["zz"] = parent.pop(key)


def remove(parent: Any, key: Any) -> None:
    del parent[key]


def add(parent: Any, key: Any) -> None:
    parent["zz"] = 1


def edited(files: Files, path: Path, new: Any, derives: bool) -> Case:
    """The manifest with one value replaced, its own sum made anew, and all that follows from the value where asked."""
    manifest = replaced(read_manifest(files), path, new)
    if derives:
        try:
            manifest = derive(manifest, files)
        except (TypeError, AttributeError, KeyError):
            pass  # Nothing follows from that.
    rule = None
    if path[0] == "files" and path[-1] == "role" and isinstance(new, str) and not isinstance(new, Raw):
        roles = [entry["role"] for entry in manifest["files"]]
        if re.fullmatch("[a-z][a-z0-9_-]{0,63}", new) and len(set(roles)) == len(roles):
            rule = "another role"
    shown = new.__name__ if callable(new) else repr(new)[:60]
    label = f"manifest {path} {shown}{', derived' * derives}"
    return Case(label, {**files, "manifest.json": sealed(manifest, "manifest_sha256")}, rule, accident=False)


def manifest_fields(files: Files) -> Group:
    """Each value of the manifest replaced by each of many, removed, renamed; its grammar broken; settings made anew."""
    manifest = read_manifest(files)
    cases: List[Callable[[], Case]] = []
    for path in leaves(manifest):
        news = alternatives(at(manifest, path))
        if isinstance(at(manifest, path[:-1]), dict):
            news += [rename, remove, add]
        cases += [lambda path=path, new=new, derives=derives: edited(files, path, new, derives)
                  for new in news for derives in (False, True)]
    whole = files["manifest.json"] or b""
    cases += [lambda edit=edit: Case(f"manifest {edit[0]}", {**files, "manifest.json": edit[1](whole)}, None, False)
              for edit in GRAMMAR]
    cases += [lambda new=new: remade(files, *new) for new in settings()]
    cases.append(lambda: unsharded(files))
    cases += [lambda count=count: many_files(files, count) for count in (1024, 1025)]
    return listed("resealed manifest", cases)


def doubled(data: bytes, same: bool) -> bytes:
    """The first member twice; the sum is right for either reading of it."""
    end = data.index(b",")
    first = data[1:end]
    return b"{" + first + b"," + (first if same else first.replace(b":", b":0", 1)) + data[end:]


GRAMMAR: List[Tuple[str, Callable[[bytes], bytes]]] = [
    ("without a line feed", lambda data: data[:-1]), ("with two line feeds", lambda data: data + b"\n"),
    ("with CRLF", lambda data: data[:-1] + b"\r\n"), ("with a mark of byte order", lambda data: b"\xef\xbb\xbf" + data),
    ("in UTF-16", lambda data: data.decode().encode("utf-16")), ("with a space", lambda data: data.replace(b":", b": ", 1)),
    ("with a space before", lambda data: b" " + data), ("with a space behind", lambda data: data[:-1] + b" \n"),
    ("pretty", lambda data: json.dumps(json.loads(data), indent=1, sort_keys=True).encode() + b"\n"),
    ("with its keys in another order", lambda data: json.dumps(
        dict(reversed(json.loads(data).items())), separators=(",", ":")).encode() + b"\n"),
    ("with a key twice", lambda data: doubled(data, True)), ("with two values of a key", lambda data: doubled(data, False)),
    ("with an escape too many", lambda data: data.replace(b"m3-bank", b"m3\\u002dbank").replace(b"m3-index", b"m3\\u002dindex")),
    ("with a comma behind", lambda data: data[:-2] + b",}\n"), ("twice", lambda data: data + data), ("as an array", lambda data: b"[" + data[:-1] + b"]\n"),
    ("with a zero byte behind", lambda data: data + b"\0"), ("with a comment", lambda data: b"//\n" + data),
    ("with its sum in capitals", lambda data: re.sub(
        rb'(_sha256":")([0-9a-f]{64})(","(?:payload|metric))', lambda m: m[1] + m[2].upper() + m[3], data)),
]


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def settings() -> List[Tuple[str, str, Any, bool]]:
    """(label, key of the manifest, value of a member of it or its own, whether that is legal)."""
    texts = ["", "\0\x1f\x7f\"\\/\b\f\n\r\t", "\u2028\uffff\U0010ffff", "e\u0301\u00e9", "x" * 100_000]
    found = [(f"a text {number}", "producer", text, True) for number, text in enumerate(texts)]
    found += [(f"depth {depth + 2}", "producer", nested(depth), depth <= 62) for depth in (1, 61, 62, 63, 64)]
    for number, legal in ((-(1 << 63), True), ((1 << 63) - 1, True), (1 << 63, False), (-(1 << 63) - 1, False)):
        found.append((f"the integer {number}", "codec", number, legal))
    found += [(f"{value}", "codec", value, False) for value in (None, Raw("1.0"), Raw("1e2"), [None], {"a": Raw("-0")})]
    found += [("no text of Unicode", "codec", Raw('"\\ud800"'), False), ("an object", "codec", {"": {"": [True, {}]}}, True)]
    found += [(f"a fingerprint of {len(text.encode())} bytes", "input_fingerprint", text, 1 <= len(text.encode()) <= 1024)
              for text in ("", "x", "x" * 1024, "x" * 1025, "\u00e9" * 512, "\u00e9" * 512 + "x")]
    return found


def remade(files: Files, label: str, key: str, value: Any, legal: bool) -> Case:
    """The bank made anew with other settings, which its manifest and every shard's header carry."""
    def edit(manifest: Dict[str, Any]) -> None:
        if key == "input_fingerprint":
            manifest[key] = value
        else:
            manifest[key]["zz"] = value

    rule = "another manifest" if legal else None
    return Case(f"made anew with {key}: {label}", rebuilt(files, edit=edit), rule, accident=False)


def unsharded(files: Files) -> Case:
    """A bank of no records."""
    kept = {name: data for name, data in files.items() if not name.startswith(("shard-", "index."))}
    return Case("no shards", with_manifest(kept, lambda manifest: manifest.update(shards=[])), "another manifest", False)


def many_files(files: Files, count: int) -> Case:
    """A bank with so many files besides its shards."""
    kept = {name: data for name, data in files.items() if not name.startswith("index.")}
    listed_already = len(read_manifest(files)["files"])
    names = [f"x{number}" for number in range(count - listed_already)]

    def edit(manifest: Dict[str, Any]) -> None:
        manifest["files"] += [{"name": name, "role": name} for name in names]
        manifest["files"].sort(key=lambda entry: entry["name"])

    result = with_manifest({**kept, **{name: b"" for name in names}}, edit)
    return Case(f"{count} files", result, "another manifest" if count <= 1024 else None, accident=False)


# The retrieval index


def index_legal(index: Dict[str, Any], path: Path) -> bool:
    """Whether one changed value leaves an index that the article allows."""
    value = index.get(path[0])
    if path[0] == "embedder":
        try:
            text = json.dumps(value)
        except (TypeError, ValueError):
            return False
        return isinstance(value, dict) and "Infinity" not in text and plain(value)
    if path == ("factory",):
        return isinstance(value, str) and not isinstance(value, Raw) and 1 <= len(value.encode()) <= 256
    if path == ("dimension",):
        return type(value) is int and 1 <= value <= 65536
    if path[0] == "search":
        return isinstance(value, dict) and len(value) <= 16 and all(
            type(number) is int and 1 <= number <= 1 << 30 for number in value.values())
    return False


def plain(value: Any, depth: int = 2) -> bool:
    if isinstance(value, (dict, list)):
        return depth <= 64 and all(plain(item, depth + 1) for item in (value.values() if isinstance(value, dict) else value))
    return not isinstance(value, Raw) and (isinstance(value, (str, bool)) or type(value) is int and -(1 << 63) <= value < 1 << 63)


def index_edited(files: Files, path: Path, new: Any) -> Case:
    before = json.loads(files["index.json"] or b"")
    index = replaced(before, path, new)
    is_legal = canonical(index) == canonical(before) or index.keys() == before.keys() and index_legal(index, path)
    rule = "another index" if is_legal else None
    shown = new.__name__ if callable(new) else repr(new)[:60]
    return Case(f"index.json {path} {shown}", {**files, "index.json": sealed(index, "index_sha256")}, rule, False)


def index_fields(files: Files) -> Group:
    """Each value of index.json replaced, removed, renamed; another bank's index; bytes of index.faiss."""
    index = json.loads(files["index.json"] or b"")
    index["search"] = {"efSearch": 16}
    cases: List[Callable[[], Case]] = []
    for path in leaves({key: value for key, value in index.items() if key != "index_sha256"}):
        news = alternatives(at(index, path))
        if isinstance(at(index, path[:-1]), dict):
            news += [rename, remove, add]
        whole = {**files, "index.json": sealed(index, "index_sha256")}
        cases += [lambda path=path, new=new, whole=whole: index_edited(whole, path, new) for new in news]
    searches: List[Any] = [{"efSearch": number} for number in (0, 1, 1 << 30, (1 << 30) + 1, -1, True, "1")]
    searches += [{f"x{number}": 1 for number in range(count)} for count in (16, 17)]
    cases += [lambda new=new: index_edited(files, ("search",), new) for new in searches]
    cases += [lambda new=new: index_edited(files, ("factory",), new) for new in ("x" * 256, "x" * 257, "\u00e9" * 128)]
    cases += [lambda new=new: index_edited(files, ("dimension",), new) for new in (65536, 65537)]
    text = files["index.json"] or b""
    cases += [lambda edit=edit: Case(f"index.json {edit[0]}", {**files, "index.json": edit[1](text)}, None, False)
              for edit in GRAMMAR]
    cases.append(lambda: index_edited(files, ("embedder",), {"x": "y" * (1 << 20)})._replace(rule=None))
    return listed("resealed index.json", cases)


# Seeded


def random_fields(files: Files, count: int, seed: str) -> Group:
    """Up to three fields of a shard, a value of the manifest, or bytes of a frame, at random values; sums fit."""
    manifest = read_manifest(files)
    paths = list(leaves(manifest))
    shards = shard_names(files)

    def make(number: int) -> Case:
        chance = random.Random(f"{seed} {number}")
        kind = chance.random()
        name = chance.choice(shards)
        if kind < 0.5:
            where = layout(files[name] or b"")
            chosen = chance.sample(shard_fields(where) + footer_fields(where), chance.choice([1, 1, 2, 3]))
            changes = [(field, random_value(chance, field[2])) for field in chosen]
            return with_fields(files, name, changes, chance.random() < 0.8, chance.random() < 0.5)
        if kind < 0.8:
            path = chance.choice(paths)
            return edited(files, path, chance.choice(alternatives(at(manifest, path))), chance.random() < 0.7)
        return scrambled(files, name, chance)

    return Group("random resealed fields", count, make)


def random_value(chance: random.Random, size: int) -> int:
    kind = chance.randrange(3)
    value = chance.choice(NUMBERS) if kind == 0 else chance.getrandbits(8 * size) if kind == 1 else chance.getrandbits(8)
    return (value + chance.choice([0, 0, 1, -1])) % (1 << 8 * size)


def scrambled(files: Files, name: str, chance: random.Random) -> Case:
    """Bytes of one frame changed and all sums made to fit; zstd itself says whether it is the same record still."""
    shard = bytearray(files[name] or b"")
    where, position = layout(shard), chance.randrange(layout(shard).count)
    start, length = spans(shard)[position]
    old = bytes(shard[start : start + length])
    for _ in range(chance.choice([1, 1, 2, 4])):
        place = start + chance.choice([chance.randrange(length), chance.randrange(min(length, 12))])
        shard[place] = chance.choice([shard[place] ^ 1 << chance.randrange(8), chance.randrange(256)])
    seal_shard(shard, where, True)
    new = bytes(shard[start : start + length])
    rule = "another frame" if new != old and decoded(new) == decoded(old) and new[:4] == old[:4] else None
    changed = with_manifest({**files, name: bytes(shard)})
    return Case(f"{name}: frame {position} scrambled", changed, rule, accident=False, by_zstd=True)


def decoded(data: bytes) -> Optional[bytes]:
    """The content of a frame that says its size and names no dictionary."""
    try:
        head = zstandard.get_frame_parameters(data)
        if head.dict_id or head.content_size > 1 << 26:
            return None
        return zstandard.ZstdDecompressor(max_window_size=1 << 31).decompress(data, allow_extra_data=False)
    except zstandard.ZstdError:
        return None
