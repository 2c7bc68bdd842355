#!/usr/bin/env python3
"""Verifies a bank, from the specification alone: a second opinion beside `m3-verify`.

    python3 Tests/trust/damage/verify_bank.py BANK [--root HEX]

Written from the articles "The manifest", "The shard format" and "The retrieval index"; it shares no code with the Swift
side. Prints a line for each finding: file, byte, record where there is one, what is wrong. Exit code 0: intact; 65:
damaged; 66: no bank there. It checks what `m3-verify` checks at level `full`. Needs xxhash==4.1.0 and
zstandard==0.25.0.
"""
import argparse
import hashlib
import json
import re
import struct
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

import xxhash
import zstandard

# The files of a folder by name; None: something that is no file.
Bank = Mapping[str, Optional[bytes]]
SKIPPABLE, ZSTD = 0x184D2A50, b"\x28\xb5\x2f\xfd"
DECOMPRESSOR = zstandard.ZstdDecompressor(max_window_size=2**31)
TOTALS = ("records", "text_bytes", "payload_bytes", "compressed_bytes")


class Finding(NamedTuple):
    """What is wrong, and where; `record` is a record number."""

    file: str
    problem: str
    offset: int = 0
    record: Optional[int] = None


class Refusal(Exception):
    """Nothing that follows in the file can be trusted: (problem, offset, record)."""


def need(condition: Any, problem: str, offset: int = 0, record: Optional[int] = None) -> None:
    if not condition:
        raise Refusal(problem, offset, record)


# Canonical JSON


def unique(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "a key twice")
    return dict(pairs)


def forbidden(text: str) -> Any:
    raise Refusal(f"{text} is no integer", 0, None)


def types(value: Any, depth: int = 1) -> bool:
    """Whether only what canonical JSON has occurs."""
    if isinstance(value, (dict, list)):
        return depth <= 64 and all(types(v, depth + 1) for v in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, (str, bool)) or isinstance(value, int) and -(2**63) <= value < 2**63


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


@lru_cache(maxsize=64)
def parse(data: bytes, limit: int, own_sum: str) -> Any:
    """The value of a file of canonical JSON that carries its own SHA-256 under the key `own_sum`."""
    need(len(data) <= limit, f"more than {limit} bytes")
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=unique, parse_float=forbidden, parse_constant=forbidden)
        need(isinstance(value, dict) and types(value), "types that do not occur in canonical JSON")
        need(canonical(value) + b"\n" == data, "not canonical")
    except (ValueError, RecursionError) as error:
        raise Refusal(f"no JSON: {error}", 0, None) from None
    rest = {key: item for key, item in value.items() if key != own_sum}
    need(value.get(own_sum) == sha256(canonical(rest)), own_sum)
    return value


@lru_cache(maxsize=256)
def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# What a value must be


def integer(least: int, most: int = 2**63 - 1) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def matches(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def text(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and 1 <= len(value.encode()) <= most


def constant(expected: Any) -> Callable[[Any], bool]:
    return lambda value: type(value) is type(expected) and value == expected


def array(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) <= most


HASH, NATURAL, NO_FEATURES = matches("[0-9a-f]{64}"), integer(0), lambda value: value == []
mapping = lambda value: isinstance(value, dict)  # noqa: E731
MANIFEST = {
    "format": constant("m3-bank"), "version": constant(1), "features": NO_FEATURES, "bank_id": matches("[0-9a-f]{32}"),
    "producer": mapping, "codec": mapping, "configuration_hash": HASH, "input_fingerprint": text(1024),
    "shards": array(100_000), "files": array(1024), "root": HASH, "logical_root": HASH, "manifest_sha256": HASH,
    **{total: NATURAL for total in TOTALS},
}
SHARD = {
    "name": matches("shard-[0-9]{5}[.]m3s"), "number": NATURAL, "size": integer(1, 2**30), "sha256": HASH,
    "records": integer(1, 2**20), "first_record": NATURAL, "last_record": NATURAL, "text_bytes": integer(0, 2**36),
    "payload_bytes": integer(0, 2**46), "compressed_bytes": integer(1, 2**30), "logical_sha256": HASH,
}
FILE = {
    "name": matches("(?!shard-|(manifest[.]json|index[.]json|index[.]faiss)$)[a-z0-9][a-z0-9._-]{0,127}"), "role": matches("[a-z][a-z0-9_-]{0,63}"),
    "size": integer(0, 2**53), "sha256": HASH,
}
INDEX = {
    "format": constant("m3-index"), "version": constant(1), "features": NO_FEATURES, "bank_root": HASH,
    "embedder": mapping, "factory": text(256), "metric": constant("inner_product"), "dimension": integer(1, 65536),
    "count": integer(1), "search": mapping, "file": mapping, "index_sha256": HASH,
}
INDEX_FILE = {"name": constant("index.faiss"), "size": integer(1, 2**53), "sha256": HASH}


def conform(value: Any, schema: Mapping[str, Callable[[Any], bool]], where: str) -> None:
    need(isinstance(value, dict), f"{where}: no object")
    for key, check in schema.items():
        need(key in value, f"{where}: {key} is missing")
        need(check(value[key]), f"{where}: {key}")
    need(len(value) == len(schema), f"{where}: unknown keys {sorted(value.keys() - schema.keys())}")


def lines_hash(entries: List[Dict[str, Any]], key: str) -> str:
    ordered = sorted(entries, key=lambda entry: entry["name"])
    return sha256("".join(f"{entry[key]}  {entry['name']}\n" for entry in ordered).encode())


@lru_cache(maxsize=64)
def read_manifest(data: bytes) -> Dict[str, Any]:
    """The manifest, where every field follows from the others as it should."""
    manifest = parse(data, 2**26, "manifest_sha256")
    conform(manifest, MANIFEST, "manifest")
    shards, files = manifest["shards"], manifest["files"]
    for number, shard in enumerate(shards):
        conform(shard, SHARD, f"shards[{number}]")
        first = number << 20
        follows = {
            "name": f"shard-{number:05}.m3s", "number": number, "first_record": first,
            "last_record": first + shard["records"] - 1,
        }
        for key, value in follows.items():
            need(shard[key] == value, f"shards[{number}]: {key} is not {value}")
    for place, file in enumerate(files):
        conform(file, FILE, f"files[{place}]")
    names, roles = [file["name"] for file in files], [file["role"] for file in files]
    need(names == sorted(set(names)) and len(roles) == len(set(roles)), "files out of order, or twice")
    for total in TOTALS:
        need(manifest[total] == sum(shard[total] for shard in shards), total)
    configuration = hashlib.sha256(canonical({"codec": manifest["codec"], "producer": manifest["producer"]})).digest()
    need(manifest["configuration_hash"] == configuration.hex(), "configuration_hash")
    need(manifest["bank_id"] == sha256(configuration + manifest["input_fingerprint"].encode())[:32], "bank_id")
    need(manifest["root"] == lines_hash(shards + files, "sha256"), "root")
    need(manifest["logical_root"] == lines_hash(shards, "logical_sha256"), "logical_root")
    return manifest


# Shards


def xxh3(data: bytes, seed: int = 0) -> int:
    return xxhash.xxh3_64_intdigest(data, seed)


class Shard(NamedTuple):
    """What a whole shard holds: `claims` as the manifest names them, and the ids."""

    claims: Dict[str, Any]
    ids: Tuple[bytes, ...]
    problems: Tuple[Tuple[str, int, Optional[int]], ...]


def read_header(data: bytes) -> Tuple[int, int, bytes, bytes, int]:
    """Record count, shard number, bank id, configuration hash, and the header's own sum."""
    need(212 <= len(data) <= 2**30, "size of the file")
    magic, size, name, major, _, incompatible, _, count, number, reserved, bank, configuration, header_sum = (
        struct.unpack_from("<II8sHHIIIII16s32sQ", data))
    need((magic, size, name) == (SKIPPABLE, 88, b"M3SHARD\0"), "magic")
    need(major == 1, f"major version {major}", 16)
    need(header_sum == xxh3(data[:88]), "header sum", 88)
    need(incompatible == 0, f"incompatible features {incompatible:#x}", 20)
    need(1 <= count <= 2**20, "record count", 28)
    need(number < 100_000, "shard number", 32)
    need(reserved == 0, "reserved", 36)
    return count, number, bank, configuration, header_sum


def read_footer(data: bytes, count: int, expected_sum: int) -> int:
    """The offset of the index."""
    end, length = len(data) - 56, 8 + 52 * count
    need(data[-8:] == b"M3SHEND\0", "end magic", end + 48)
    need(struct.unpack_from("<Q", data, end + 40)[0] == xxh3(data[end : end + 40]), "footer sum", end + 40)
    index, index_length, index_sum, header_sum, file_length = struct.unpack_from("<5Q", data, end)
    need(file_length == len(data), "file length", end + 32)
    need(header_sum == expected_sum, "header sum in the footer", end + 24)
    need(index_length == length and index == end - length >= 96, "index offset or length", end)
    need(index_sum == xxh3(data[index:end]), "index sum", index)
    need(struct.unpack_from("<II", data, index) == (SKIPPABLE, length + 48), "frame of the index", index)
    return index


def read_record(data: bytes, seed: int, entry: Tuple[int, ...]) -> Tuple[bytes, bytes, int]:
    """Id, raw record and length of the payload of one record."""
    number, offset, compressed, raw_length, text_length, _, record_sum = entry
    frame = data[offset : offset + compressed]
    need(xxh3(frame, number ^ offset ^ seed) == record_sum, "record sum", offset, number)
    try:
        need(frame[:4] == ZSTD, "no zstd frame", offset, number)
        found = zstandard.get_frame_parameters(frame)
        need(found.content_size == raw_length, "content size", offset, number)
        need(found.dict_id == 0, "a dictionary", offset, number)
        raw = DECOMPRESSOR.decompress(frame, raw_length, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Refusal(f"zstd: {error}", offset, number) from None
    need(len(raw) == raw_length >= 11, "raw length", offset, number)
    place, fields = 0, []
    for kind, least, most in (("H", 1, 4096), ("I", 0, 2**20), ("I", 0, 65536)):
        start = place + struct.calcsize("<" + kind)
        need(start <= raw_length, "a length that does not fit", offset, number)
        length = struct.unpack_from("<" + kind, raw, place)[0]
        need(least <= length <= most and start + length <= raw_length, "a length that does not fit", offset, number)
        place = start + length
        fields.append(raw[start:place])
    need(len(fields[2]) == text_length, "text length", offset, number)
    try:
        fields[0].decode(), fields[2].decode()
    except UnicodeDecodeError:
        raise Refusal("no UTF-8", offset, number) from None
    return fields[0], raw, raw_length - place


@lru_cache(maxsize=256)
def read_shard(data: bytes) -> Shard:
    count, shard_number, bank, configuration, header_sum = read_header(data)
    index = read_footer(data, count, header_sum)
    low, high = struct.unpack("<QQ", bank)
    end, problems, ids, logical, texts, payloads = 96, [], [], hashlib.sha256(), 0, 0
    keys = index + 8 + 40 * count
    entries = list(struct.iter_unpack("<QQIIIIQ", data[index + 8 : keys]))
    for position, (number, offset, compressed, raw, text_length, flags, _) in enumerate(entries):
        place = index + 8 + 40 * position
        need(number == shard_number << 20 | position, "record number", place)
        need(offset == end and end + compressed <= index, "a hole or an overlap", place + 8, number)
        need(1 <= compressed <= 2**26 and raw <= 2**26 and text_length <= 65536, "lengths", place + 16, number)
        need(flags == 0, "flags", place + 28, number)
        end += compressed
    need(end == index, "the last record does not end where the index begins", index)
    table = list(struct.iter_unpack("<QI", data[keys : keys + 12 * count]))
    need(table == sorted(table) and {at for _, at in table} == set(range(count)), "order of the key table", keys)
    for entry in entries:
        try:
            name, raw, payload = read_record(data, low ^ high, entry)
        except Refusal as refusal:
            problems.append(refusal.args)
            continue
        ids.append(name)
        logical.update(struct.pack("<QI", entry[0], len(raw)) + raw)
        texts, payloads = texts + entry[4], payloads + payload
    if not problems:
        if table != sorted((xxh3(name), position) for position, name in enumerate(ids)):
            problems.append(("the key table is not of these ids", keys, None))
        if len(set(ids)) < len(ids):
            problems.append(("an id twice", keys, None))
    claims = {
        "bank_id": bank.hex(), "configuration_hash": configuration.hex(), "number": shard_number,
        "records": count, "text_bytes": texts, "payload_bytes": payloads, "compressed_bytes": index - 96,
        "logical_sha256": logical.hexdigest(),
    }
    return Shard(claims, tuple(ids), tuple(problems))


# Banks


def check_bytes(bank: Bank, entry: Dict[str, Any]) -> Iterator[Finding]:
    name, data = entry["name"], bank.get(entry["name"])
    if data is None:
        yield Finding(name, "no file" if name in bank else "missing")
    elif len(data) != entry["size"]:
        yield Finding(name, f"{len(data)} bytes, not {entry['size']}", min(len(data), entry["size"]))
    elif sha256(data) != entry["sha256"]:
        yield Finding(name, "SHA-256")


def check_shards(bank: Bank, manifest: Dict[str, Any]) -> Iterator[Finding]:
    seen: Dict[bytes, str] = {}
    for entry in manifest["shards"]:
        name = entry["name"]
        yield from check_bytes(bank, entry)
        try:
            shard = read_shard(bank.get(name) or b"")
        except Refusal as refusal:
            yield Finding(name, *refusal.args)
            continue
        yield from (Finding(name, *problem) for problem in shard.problems)
        for key, value in shard.claims.items():
            if value != {**manifest, **entry}[key] and not shard.problems:
                yield Finding(name, f"{key} is not the manifest's")
        for identifier in shard.ids:
            if seen.setdefault(identifier, name) != name:
                yield Finding(name, f"id {identifier!r} is in {seen[identifier]} too")


def check_index(bank: Bank, manifest: Dict[str, Any]) -> Iterator[Finding]:
    need(bank["index.json"] is not None, "no file")
    index = parse(bank["index.json"], 2**20, "index_sha256")
    conform(index, INDEX, "index")
    conform(index["file"], INDEX_FILE, "file")
    search = index["search"].values()
    need(len(search) <= 16 and all(map(integer(1, 2**30), search)), "search")
    need(index["bank_root"] == manifest["root"] and index["count"] == manifest["records"], "of another bank")
    yield from check_bytes(bank, index["file"])


def verify(bank: Bank, root: Optional[str] = None) -> List[Finding]:
    """All findings in a folder, given as its files by name."""
    if "manifest.json" not in bank:
        return [Finding("manifest.json", "missing")]
    try:
        need(bank["manifest.json"] is not None, "no file")
        manifest = read_manifest(bank["manifest.json"])
    except Refusal as refusal:
        return [Finding("manifest.json", *refusal.args)]
    findings = []
    if root is not None and root != manifest["root"]:
        findings.append(Finding("manifest.json", f"root {manifest['root']}, not {root}"))
    for file in manifest["files"]:
        findings += check_bytes(bank, file)
    findings += check_shards(bank, manifest)
    # Signatures lie there unlisted; they are checked by a key, as Signatures.md says, and not here.
    listed = {"manifest.json", "signature.json", "index-signature.json", *(entry["name"] for entry in manifest["shards"] + manifest["files"])}
    if "index.json" in bank and "index.json" not in listed:
        listed |= {"index.json", "index.faiss"}
        try:
            findings += check_index(bank, manifest)
        except Refusal as refusal:
            findings.append(Finding("index.json", *refusal.args))
    return findings + [Finding(name, "not listed") for name in sorted(bank.keys() - listed)]


def load(folder: Path) -> Dict[str, Optional[bytes]]:
    return {path.name: path.read_bytes() if path.is_file() else None for path in folder.iterdir()}


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify a bank, from its specification alone.")
    parser.add_argument("bank", type=Path)
    parser.add_argument("--root", help="the root that is known from elsewhere")
    arguments = parser.parse_args()
    try:
        bank = load(arguments.bank)
    except OSError as error:
        print(error, file=sys.stderr)
        return 66
    if "manifest.json" not in bank:
        print(f"{arguments.bank}: no manifest.json", file=sys.stderr)
        return 66
    findings = verify(bank, arguments.root)
    for finding in findings:
        record = "" if finding.record is None else f", record {finding.record}"
        print(f"{finding.file}: byte {finding.offset}{record}: {finding.problem}")
    print(f"{len(findings)} findings" if findings else "intact")
    return 65 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
