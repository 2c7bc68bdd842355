"""Documents as nobody should write them, and what becomes of each: kept, or refused for a reason."""
from __future__ import annotations

import struct
from dataclasses import dataclass

import archives

GOOD = '{"id":"first","text":"Rivers flow down to the lake."}\n'
NEXT = '{"id":"last","text":"A bridge of stone stands over the water."}\n'


@dataclass(frozen=True)
class Lines:
    """A file with lines of which `reasons` are refused, in order; the others are kept."""

    name: str
    content: bytes
    kept: int
    reasons: tuple[str, ...] = ()


def _between(name: str, line: str | bytes, *reasons: str) -> Lines:
    middle = line.encode() if isinstance(line, str) else line
    content = GOOD.encode() + middle + b"\n" + NEXT.encode()
    return Lines(name, content, 2 if reasons else 3, reasons)


def _record(text: str, head: str = '"id":"m",') -> str:
    return f'{{{head}"text":{text}}}'


def bad_lines() -> list[Lines]:
    nested = "[" * 100_000 + "]" * 100_000
    objects = '{"a":' * 100_000 + "1" + "}" * 100_000
    keys = ",".join(f'"k{n}":1' for n in range(70_000))
    return [
        Lines("no file end", (GOOD + NEXT.rstrip("\n")).encode(), 2),
        Lines("CRLF", (GOOD + NEXT).replace("\n", "\r\n").encode(), 2),
        Lines("BOM", b"\xef\xbb\xbf" + (GOOD + NEXT).encode(), 2),
        Lines("empty", b"", 0),
        Lines("a line feed", b"\n", 0),
        Lines("empty lines", (GOOD + "\n\r\n\n" + NEXT).encode(), 2),
        Lines("a BOM alone", b"\xef\xbb\xbf", 0),
        Lines("two BOMs", b"\xef\xbb\xbf\xef\xbb\xbf" + (GOOD + NEXT).encode(), 1, ("bad_json",)),
        Lines("UTF-16", (GOOD + NEXT).encode("utf-16"), 0, ("?", "?", "?")),
        Lines("CR alone", (GOOD + NEXT).replace("\n", "\r").encode(), 0, ("bad_json",)),
        _between("surrogate pair", _record('"\\ud83d\\ude00"')),
        _between("integer id", _record('"x"', '"id":7,')),
        _between("no id", _record('"x"', "")),
        _between("spaces around", "  " + _record('"x"') + " \t"),
        _between("NUL byte", b'{"id":"m","text":"a\0b"}', "bad_json"),
        _between("NUL escaped", _record('"a\\u0000b"'), "nul_character"),
        _between("NUL in the id", _record('"x"', '"id":"a\\u0000",'), "nul_character"),
        _between("only NULs", b"\0" * 5000, "bad_json"),
        _between("bad UTF-8", b'{"id":"m","text":"\xff\xfe"}', "bad_utf8"),
        _between("overlong UTF-8", b'{"id":"m","text":"\xc0\xaf"}', "bad_utf8"),
        _between("surrogate in UTF-8", b'{"id":"m","text":"\xed\xa0\x80"}', "bad_utf8"),
        _between("cut UTF-8", b'{"id":"m","text":"\xe2\x82"}', "bad_utf8"),
        _between("beyond Unicode", b'{"id":"m","text":"\xf4\x90\x80\x80"}', "bad_utf8"),
        _between("lone high surrogate", _record('"\\ud83d"'), "bad_json"),
        _between("lone low surrogate", _record('"\\ude00"'), "bad_json"),
        _between("high surrogate twice", _record('"\\ud83d\\ud83d"'), "bad_json"),
        _between("short escape", _record('"\\u12"'), "bad_json"),
        _between("unknown escape", _record('"\\x41"'), "bad_json"),
        _between("control character", b'{"id":"m","text":"a\x01b"}', "bad_json"),
        _between("10^5 arrays", _record('"x"', f'"id":"m","deep":{nested},'), "json_limit"),
        _between("10^5 objects", _record('"x"', f'"id":"m","deep":{objects},'), "json_limit"),
        _between("10^5 open arrays", "[" * 100_000, "?"),
        _between("10^5 open objects", '{"a":' * 100_000, "?"),
        _between("70,000 keys", _record('"x"', f'"id":"m",{keys},'), "json_limit"),
        _between("duplicate key", _record('"x"', '"id":"m","id":"n",'), "duplicate_key"),
        _between("duplicate key, escaped", _record('"x"', '"id":"m","te\\u0078t":"y",'), "duplicate_key"),
        _between("duplicate key within", _record('"x"', '"id":"m","a":{"b":1,"b":2},'), "duplicate_key"),
        _between("no text", '{"id":"m"}', "missing_text"),
        _between("text a number", _record("1"), "bad_text"),
        _between("text null", _record("null"), "bad_text"),
        _between("empty id", _record('"x"', '"id":"",'), "bad_id"),
        _between("id a fraction", _record('"x"', '"id":1.5,'), "bad_id"),
        _between("id 1e999", _record('"x"', '"id":1e999,'), "bad_id"),
        _between("id an object", _record('"x"', '"id":{},'), "bad_id"),
        _between("an array", "[1, 2]", "bad_json"),
        _between("a string", '"x"', "bad_json"),
        _between("a number", "1", "bad_json"),
        _between("NaN", _record('"x"', '"id":"m","a":NaN,'), "bad_json"),
        _between("half a record", '{"id":"m","text":"abc', "bad_json"),
        _between("two records", _record('"x"') + _record('"y"', '"id":"n",'), "bad_json"),
        _between("comma at the end", '{"id":"m","text":"x",}', "bad_json"),
        _between("comment", '{"id":"m","text":"x"} // no', "bad_json"),
        _between("number of 10^5 digits", _record('"x"', '"id":"m","a":' + "1" * 100_000 + ",")),
        _between("id of 10^5 digits", _record('"x"', '"id":' + "1" * 100_000 + ","), "?"),
    ]


def duplicates() -> list[Lines]:
    """What m3-chunk alone can see: ids that come twice, ids and metadata too long for a reference."""
    return [
        _between("duplicate id", '{"id":"first","text":"another"}', "duplicate_id"),
        _between("duplicate id, escaped", '{"id":"f\\u0069rst","text":"another"}', "duplicate_id"),
        _between("long id", '{"id":"' + "i" * 5000 + '","text":"x"}', "id_out_of_range"),
        _between("long metadata", '{"id":"m","text":"x","a":"' + "i" * (1 << 20) + '"}', "metadata_out_of_range"),
    ]


@dataclass(frozen=True)
class Damage:
    """A file whose stream is damaged: refused by both policies. `says` is part of the message."""

    name: str
    file: str
    content: bytes
    says: str = ""


def damages() -> list[Damage]:
    text = (GOOD + NEXT).encode() * 40
    packed = {".gz": archives.gzip(text), ".zst": archives.zstd(text), ".lz4": archives.lz4(text)}
    cases = []
    for ending, content in packed.items():
        name = ending[1:]
        cases += [Damage(f"{name} cut after {count}", f"d.jsonl{ending}", content[:count])
                  for count in (0, 1, 3, 4, 5, 6, 7, 10, len(content) // 2, len(content) - 4, len(content) - 1)]
        cases += [
            Damage(f"{name} with bytes behind", f"d.jsonl{ending}", content + b"behind"),
            Damage(f"plain text called {name}", f"d.jsonl{ending}", text),
            Damage(f"{name} called plain", "d.jsonl", content, "compress"),
            Damage(f"{name} cut in its second part", f"d.jsonl{ending}", content + content[:-3]),
        ]
    gz = bytearray(packed[".gz"])
    for place in (10, len(gz) // 2, len(gz) - 8, len(gz) - 1):
        flipped = bytearray(gz)
        flipped[place] ^= 0x40
        cases.append(Damage(f"gz with byte {place} flipped", "d.jsonl.gz", bytes(flipped)))
    cases += [
        Damage("gz then zeros", "d.jsonl.gz", bytes(gz) + bytes(1000)),
        Damage("zst window of 2 GiB", "d.jsonl.zst", archives.zstd(text, window_log=31), "zstd"),
        Damage("zst window of 1 TiB", "d.jsonl.zst", archives.zstd(text, window_log=40), "zstd"),
        Damage("zst of one segment of 1 TiB", "d.jsonl.zst", archives.zstd_single_segment(1 << 40), "zstd"),
        Damage("zst of one segment of 2^64 - 1", "d.jsonl.zst", archives.zstd_single_segment((1 << 64) - 1), "zstd"),
        Damage("zst promising 1 TiB", "d.jsonl.zst", archives.zstd(text, content_size=1 << 40), "zstd"),
        Damage("zst promising nothing", "d.jsonl.zst", archives.zstd(text, content_size=0), "zstd"),
        Damage("zst without a last block", "d.jsonl.zst", archives.zstd(text, last=False)),
        Damage("zst skippable frame cut", "d.jsonl.zst", packed[".zst"] + b"\x50\x2a\x4d\x18" + struct.pack("<I", 1 << 31)),
        Damage("lz4 block longer than 4 MiB", "d.jsonl.lz4", packed[".lz4"][:7] + struct.pack("<I", 1 << 30) + bytes(100)),
    ]
    return cases


def wholes() -> list[tuple[str, str, bytes]]:
    """Archives of several parts that are one stream."""
    first, second = GOOD.encode(), NEXT.encode()
    return [
        ("two gz members", "d.jsonl.gz", archives.gzip(first) + archives.gzip(second)),
        ("gz member without content", "d.jsonl.gz", archives.gzip(b"") + archives.gzip(first + second)),
        ("a line over two gz members", "d.jsonl.gz", archives.gzip(first[:9]) + archives.gzip(first[9:] + second)),
        ("two zst frames", "d.jsonl.zst", archives.zstd(first) + archives.zstd(second)),
        ("zst frame without content", "d.jsonl.zst", archives.zstd(b"") + archives.zstd(first + second)),
        ("zst skippable frame first", "d.jsonl.zst",
         b"\x5a\x2a\x4d\x18\x04\0\0\0skip" + archives.zstd(first + second)),
        ("two lz4 frames", "d.jsonl.lz4", archives.lz4(first) + archives.lz4(second)),
        ("lz4 skippable frame between", "d.jsonl.lz4",
         archives.lz4(first) + b"\x50\x2a\x4d\x18\x04\0\0\0skip" + archives.lz4(second)),
    ]
