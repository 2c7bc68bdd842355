"""Contents that lie, with a name each: what the formats that M3 reads allow to be said and not to be true."""
from __future__ import annotations

import hashlib
import json
import struct
from typing import Any, Iterator

import lies
from lies import GGUF
from pipeline import MODEL


def array_of(kind: int, count: int) -> bytes:
    key = b"general.array"
    return b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, len(key)) + key + struct.pack("<IIQ", 9, kind, count)


def gguf_cases() -> Iterator[tuple[str, bytes, set[int]]]:
    """Name, content, and how m3-encode may end."""
    good = GGUF.read(MODEL)
    refused, read = {65}, {0, 65}
    whole = good.bytes()
    for count in (0, 1, 21, 1 << 16, 1 << 32, 1 << 60, 1 << 63, (1 << 64) - 1):
        yield f"{count} tensors", good.bytes(tensor_count=count), refused
        if count != 21:
            yield f"{count} values", good.bytes(value_count=count), refused
    for length in (0, 1, 3, 4, 8, 23, 24, 60, 1000, len(whole) // 2, len(whole) - 1):
        yield f"cut to {length}", whole[:length], refused
    for key, (kind, _) in good.values.items():
        if kind == 4:
            for value in (0, 1, 3, 65_537, 0x7FFFFFFF, 0xFFFFFFFF):
                yield f"{key} {value}", good.with_value(key, 4, struct.pack("<I", value)), read | {64}
            yield f"{key} 2^63", good.with_value(key, 10, struct.pack("<Q", 1 << 63)), read
            yield f"{key} -1", good.with_value(key, 5, struct.pack("<i", -1)), read
            yield f"{key} a text", good.with_value(key, 8, struct.pack("<Q", 1) + b"x"), read
        elif kind == 6:
            for value in (0.0, -1.0, 1e38, 1e-45, float("inf"), float("nan")):
                yield f"{key} {value}", good.with_value(key, 6, struct.pack("<f", value)), read
        elif kind == 8:
            for length in (0, 1 << 20, 1 << 40, 1 << 63, (1 << 64) - 1):
                yield f"{key} of {length} bytes", good.with_value(key, 8, struct.pack("<Q", length) + b"llama"), read
        elif kind == 9:
            element, value = struct.unpack_from("<I", good.values[key][1])[0], good.values[key][1]
            for count in (0, 1, 299, 1 << 24, 1 << 40, 1 << 61, (1 << 64) - 1):
                yield f"{key} of {count}", good.with_value(key, 9, struct.pack("<IQ", element, count) + value[12:]), read
            # A model without its control tokens wants a setting more.
            yield f"{key} cut", good.with_value(key, 9, struct.pack("<IQ", element, 0)), read | {64}
            yield f"{key} 10^5 deep", good.with_value(key, 9, struct.pack("<IQ", 9, 1) * 100_000 + bytes(12)), refused
        yield f"{key} of type 13", good.with_value(key, 13, bytes(8)), refused
        yield f"{key} not there", good.without(key), read
    for index in (0, 1, 9, 19):
        name = good.tensors[index][0]
        for dimensions in ([], [0], [1], [64] * 5, [64, 1 << 40], [1 << 63], [1 << 32, 1 << 32], [(1 << 64) - 1] * 4,
                           [64, 0], [65, 300], [64, 299], [300, 64]):
            yield f"{name} {dimensions}", good.with_tensor(index, dimensions=dimensions), refused
        for kind in (4, 9, 16, 28, 42, 0xFFFFFFFF):
            yield f"{name} of type {kind}", good.with_tensor(index, kind=kind), refused
        for offset in (1, 32, 1 << 20, 1 << 40, 1 << 63, (1 << 64) - 32):
            yield f"{name} at {offset}", good.with_tensor(index, offset=offset), refused


def safetensors_cases(good: bytes) -> Iterator[tuple[str, bytes]]:
    length = struct.unpack_from("<Q", good)[0]
    header, data = json.loads(good[8:8 + length]), good[8 + length:]
    for value in (0, 1, length - 1, length + 1, 100_000_001, 1 << 40, 1 << 63, (1 << 64) - 1):
        yield f"a header of {value}", struct.pack("<Q", value) + good[8:]
    for cut in (0, 7, 8, 9, length, 8 + length, len(good) - 1):
        yield f"cut to {cut}", good[:cut]
    name = next(key for key in header if key != "__metadata__")
    entry = header[name]
    for key, value in [
        ("shape", []), ("shape", [0]), ("shape", [1 << 62, 4]), ("shape", [1 << 63]), ("shape", [1 << 64]),
        ("shape", [1 << 32, 1 << 32]), ("shape", [-1]), ("shape", [1.5]), ("shape", [1] * 1000), ("shape", None),
        ("data_offsets", [0, 1 << 62]), ("data_offsets", [0, (1 << 64) - 1]), ("data_offsets", [1 << 63, 1 << 63]),
        ("data_offsets", [8, 4]), ("data_offsets", [0, 0]), ("data_offsets", [0]), ("data_offsets", [-4, 4]),
        ("data_offsets", [0, 1, 2]), ("data_offsets", ["0", "4"]), ("dtype", "F8"), ("dtype", 32), ("dtype", "I64"),
    ]:
        yield f"{name}: {key} {value}", _safetensors({**header, name: {**entry, key: value}}, data)
    yield "metadata nested", _safetensors_text('{"__metadata__":' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}", data)
    yield "open arrays", _safetensors_text("{" + '"a":' + "[" * 100_000, data)
    yield "a tensor twice", _safetensors_text(json.dumps(header)[:-1] + f',"{name}":{json.dumps(entry)}}}', data)


def _safetensors(header: dict[str, Any], data: bytes) -> bytes:
    return _safetensors_text(json.dumps(header), data)


def _safetensors_text(text: str, data: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode() + data


def config_cases(good: bytes) -> Iterator[tuple[str, bytes]]:
    config = json.loads(good)
    for key, value in config.items():
        if isinstance(value, int) and not isinstance(value, bool):
            for lie in (0, -1, 1 << 31, 1 << 62, 1 << 63, 1 << 64, 10 ** 400, 1.5):
                yield f"{key} {str(lie)[:24]}, which may be of no use", json.dumps({**config, key: lie}).encode()
        elif isinstance(value, float):
            for lie in ("NaN", "1e999", "-1", "0", '"x"'):
                text = json.dumps({**config, key: "LIE"}).replace('"LIE"', lie)
                yield f"{key} {lie}, which may be of no use", text.encode()
    yield from json_damages(good)


def tokenizer_cases(good: bytes) -> Iterator[tuple[str, bytes]]:
    tokenizer = json.loads(good)
    vocabulary = tokenizer["model"]["vocab"]
    first = next(iter(vocabulary))
    for lie in (-1, 1 << 31, 1 << 40, 1 << 62, 1 << 63, 1.5, "x", None, []):
        changed = {**tokenizer, "model": {**tokenizer["model"], "vocab": {**vocabulary, first: lie}}}
        yield f"id {lie}", json.dumps(changed).encode()
    yield from json_damages(good)


def json_damages(good: bytes) -> Iterator[tuple[str, bytes]]:
    """Damage to any file of JSON; with `may` in the name where a reader may not care."""
    for cut in sorted({0, 1, 2, len(good) // 3, len(good) // 2, len(good) - 3}):
        yield f"cut to {cut}", good[:cut]
    yield "10^5 arrays", b"[" * 100_000 + b"]" * 100_000
    yield "10^5 open objects", b'{"a":' * 100_000
    yield "10^5 objects within", good.rstrip()[:-1] + b',"zz":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"
    yield "a key twice", b'{"a":1,"a":1}'
    yield "an array", b"[]"
    yield "a number", b"1"
    yield "null", b"null"
    yield "NUL", b"\0" * 100
    yield "not UTF-8", good[:20] + b"\xff\xfe" + good[20:]
    yield "BOM", b"\xef\xbb\xbf" + good[:-5]
    yield "two documents", good.rstrip() + good
    yield "an empty object", b"{}"
    text = good.decode("utf-8")
    for lie in ("1e400", "-1", str(1 << 63), "9" * 500):
        changed = _first_number(text, lie)
        if changed:
            yield f"first number {lie[:20]}, which may be of no use", changed.encode()


def _first_number(text: str, lie: str) -> str | None:
    for at, character in enumerate(text):
        if character.isdigit() and text[at - 1] in ":[ ,":
            end = at
            while end < len(text) and (text[end].isdigit() or text[end] in ".eE+-"):
                end += 1
            return text[:at] + lie + text[end:]
    return None


def sealed_numbers(good: bytes) -> Iterator[tuple[str, bytes]]:
    """Every number among the first of a file, the sum at its end right."""
    for name, content in lies.numbers(good, range(8, min(len(good) - 8, 120), 4)):
        yield name, lies.sealed(content)


def shard_cases(good: bytes) -> Iterator[tuple[str, bytes]]:
    """The layout of the shard format: a header of 96 bytes with its sum, an index, a footer of 56."""
    header_end, footer = 96, len(good) - 56

    def seal(content: bytes) -> bytes:
        header = content[:88] + lies.xxh3(content[:88])
        body = content[header_end:footer]
        tail = content[footer:footer + 24] + header[88:] + content[footer + 32:footer + 40]
        return header + body + tail + lies.xxh3(tail) + content[-8:]

    for name, content in lies.numbers(good, range(0, 88, 4)):
        yield f"header: {name}", seal(content)
    for name, content in lies.numbers(good, range(footer, footer + 40, 8), words=()):
        yield f"footer: {name}", seal(content)
    index_offset, index_length = struct.unpack_from("<QQ", good, footer)
    for name, content in lies.numbers(good, range(index_offset, min(index_offset + 96, footer), 4)):
        index = content[index_offset:index_offset + index_length]
        yield f"index: {name}", seal(content[:footer + 16] + lies.xxh3(index) + content[footer + 24:])
    for cut in (0, 1, 95, 96, 200, footer, len(good) - 1):
        yield f"cut to {cut}", good[:cut]


def manifest_cases(good: bytes) -> Iterator[tuple[str, bytes]]:
    manifest = json.loads(good)
    for path, value in _paths(manifest):
        if isinstance(value, int) and not isinstance(value, bool):
            for lie in (0, -1, 1 << 40, (1 << 63) - 1, 1 << 63, 10 ** 30):
                yield f"{'.'.join(map(str, path))} {lie}", _sealed_manifest(_with(manifest, path, lie))
        elif isinstance(value, list):
            for count in (0, 100_000):
                yield f"{'.'.join(map(str, path))} of {count}", _sealed_manifest(_with(manifest, path, (value or [1])[:1] * count))
    yield from json_damages(good)


def _paths(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def _with(value: Any, path: tuple, lie: Any) -> Any:
    if not path:
        return lie
    made = dict(value) if isinstance(value, dict) else list(value)
    made[path[0]] = _with(value[path[0]], path[1:], lie)
    return made


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _sealed(value: dict[str, Any], key: str) -> bytes:
    fields = {name: field for name, field in value.items() if name != key}
    return _canonical({**fields, key: hashlib.sha256(_canonical(fields)).hexdigest()}) + b"\n"


def _sealed_manifest(value: dict[str, Any]) -> bytes:
    return _sealed(value, "manifest_sha256")


def index_manifest(good: bytes, index: bytes, factory: str) -> bytes:
    file = {"name": "index.faiss", "sha256": hashlib.sha256(index).hexdigest(), "size": max(1, len(index))}
    return _sealed({**json.loads(good), "file": file, "factory": factory}, "index_sha256")


def vouching(marker: bytes, file: str, content: bytes) -> bytes:
    """A marker that says the lying file is what the stage wrote."""
    fields = json.loads(marker)
    for output in fields["outputs"]:
        if output["name"] == file:
            output.update(size=len(content), sha256=hashlib.sha256(content).hexdigest())
    return _canonical(fields)
