"""Makes banks whose sums fit, whatever they say: what damage.py uses to change meaning and nothing else.

Written from the formats' articles, as verify_bank.py is, and for the opposite end: nothing here checks anything.
"""
from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, List, Optional, Tuple

import xxhash
import zstandard

Files = Dict[str, Optional[bytes]]
TOTALS = ("records", "text_bytes", "payload_bytes", "compressed_bytes")


def sha256(data: bytes | str) -> str:
    return hashlib.sha256(encoded(data) if isinstance(data, str) else data).hexdigest()


def encoded(text: str) -> bytes:
    """UTF-8, and what would be UTF-8 of what is no text."""
    return text.encode("utf-8", "surrogatepass")


def xxh3(data: bytes, seed: int = 0) -> int:
    return xxhash.xxh3_64_intdigest(bytes(data), seed)


def little(value: int, size: int) -> bytes:
    """The lowest `size` bytes of a number."""
    return (value % (1 << 8 * size)).to_bytes(size, "little")


class Raw(str):
    """Text that stands in a JSON file as it is."""


def canonical(value: Any) -> bytes:
    """Canonical JSON, but for ``Raw`` text, which goes in unquoted."""
    raws: List[str] = []

    def mark(item: Any) -> Any:
        if isinstance(item, Raw):
            raws.append(str(item))
            return f"\ue000{len(raws) - 1}\ue001"
        if isinstance(item, dict):
            return {key: mark(member) for key, member in sorted(item.items())}
        return [mark(member) for member in item] if isinstance(item, list) else item

    text = json.dumps(mark(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for place, raw in enumerate(raws):
        text = text.replace(f'"\ue000{place}\ue001"', raw)
    return encoded(text)


def sealed(value: Dict[str, Any], key: str) -> bytes:
    """The file of an object with its own sum under `key`."""
    rest = {name: item for name, item in value.items() if name != key}
    return canonical({**rest, key: sha256(canonical(rest))}) + b"\n"


# Shards


@dataclass(frozen=True)
class Layout:
    """Where the parts of a shard lie, by its length and what its header says of the count."""

    size: int
    count: int

    @property
    def footer(self) -> int:
        return self.size - 56

    @property
    def index(self) -> int:
        return self.footer - 8 - 52 * self.count

    def entry(self, position: int) -> int:
        return self.index + 8 + 40 * position

    def key(self, place: int) -> int:
        return self.index + 8 + 40 * self.count + 12 * place


def layout(shard: bytes) -> Layout:
    return Layout(len(shard), struct.unpack_from("<I", shard, 28)[0])


def spans(shard: bytes) -> List[Tuple[int, int]]:
    """Offset and length of each record's frame."""
    where = layout(shard)
    return [struct.unpack_from("<QI", shard, where.entry(position) + 8) for position in range(where.count)]


def seal_shard(shard: bytearray, where: Layout, records: bool = False) -> None:
    """Makes the sums of header, index and footer fit, and those of the records too where asked."""
    shard[88:96] = little(xxh3(shard[:88]), 8)
    if records:
        low, high = struct.unpack_from("<QQ", shard, 40)
        for position in range(where.count):
            entry = where.entry(position)
            number, offset, length = struct.unpack_from("<QQI", shard, entry)
            shard[entry + 32 : entry + 40] = little(
                xxh3(shard[offset : offset + length], number ^ offset ^ low ^ high), 8)
    shard[where.footer + 16 : where.footer + 24] = little(xxh3(shard[where.index : where.footer]), 8)
    shard[where.footer + 24 : where.footer + 32] = shard[88:96]
    seal_footer(shard, where)


def seal_footer(shard: bytearray, where: Layout) -> None:
    shard[where.footer + 40 : where.footer + 48] = little(xxh3(shard[where.footer : where.footer + 40]), 8)


@dataclass(frozen=True)
class Record:
    """What a frame is made of. `frame` and the lengths stand for themselves where they are given."""

    identifier: bytes
    source: bytes
    text: bytes
    payload: bytes
    frame: Optional[bytes] = None
    raw_length: Optional[int] = None
    text_length: Optional[int] = None
    raw_bytes: Optional[bytes] = None

    @property
    def raw(self) -> bytes:
        if self.raw_bytes is not None:
            return self.raw_bytes
        parts = struct.pack("<H", len(self.identifier)) + self.identifier
        for part in (self.source, self.text):
            parts += struct.pack("<I", len(part)) + part
        return parts + self.payload

    @property
    def data(self) -> bytes:
        return compress(self.raw) if self.frame is None else self.frame


def compress(raw: bytes, **settings: Any) -> bytes:
    return zstandard.ZstdCompressor(**{"write_checksum": False, "write_content_size": True, **settings}).compress(raw)


def records(shard: bytes) -> List[Record]:
    """The records of a whole shard, each with its frame."""
    found = []
    for offset, length in spans(shard):
        frame = shard[offset : offset + length]
        raw = zstandard.ZstdDecompressor().decompress(frame)
        place, parts = 0, []
        for size in (2, 4, 4):
            end = place + size + int.from_bytes(raw[place : place + size], "little")
            parts.append(raw[place + size : end])
            place = end
        found.append(Record(*parts, raw[place:], frame))
    return found


def compose(number: int, bank_id: bytes, configuration: bytes, content: List[Record]) -> bytes:
    """A shard whose sums fit."""
    data = struct.pack("<II8sHHIIIII", 0x184D2A50, 88, b"M3SHARD\0", 1, 0, 0, 0, len(content), number, 0)
    data += bank_id + configuration
    data += little(xxh3(data), 8)
    header_sum, (low, high) = data[88:96], struct.unpack("<QQ", bank_id)
    entries, keys = b"", []
    for position, record in enumerate(content):
        frame, offset, name = record.data, len(data), number << 20 | position
        raw_length = len(record.raw) if record.raw_length is None else record.raw_length
        text_length = len(record.text) if record.text_length is None else record.text_length
        lengths = (len(frame), raw_length, text_length, 0)
        entries += struct.pack("<QQIIIIQ", name, offset, *lengths, xxh3(frame, name ^ offset ^ low ^ high))
        keys.append((xxh3(record.identifier), position))
        data += frame
    index = struct.pack("<II", 0x184D2A50, 52 * len(content) + 56) + entries
    index += b"".join(struct.pack("<QI", *key) for key in sorted(keys))
    footer = struct.pack("<QQQ8sQ", len(data), len(index), xxh3(index), header_sum, len(data) + len(index) + 56)
    return data + index + footer + little(xxh3(footer), 8) + b"M3SHEND\0"


def claims(number: int, shard: bytes, content: List[Record]) -> Dict[str, Any]:
    """What a manifest that knows says of a shard."""
    logical = b"".join(
        struct.pack("<QI", number << 20 | position, len(record.raw)) + record.raw
        for position, record in enumerate(content))
    return {
        "name": f"shard-{number:05}.m3s", "number": number, "size": len(shard), "sha256": sha256(shard),
        "records": len(content), "first_record": number << 20, "last_record": (number << 20) + len(content) - 1,
        "text_bytes": sum(len(record.text) for record in content),
        "payload_bytes": sum(len(record.payload) for record in content),
        "compressed_bytes": sum(len(record.data) for record in content), "logical_sha256": sha256(logical),
    }


# Banks


def read_manifest(files: Files) -> Dict[str, Any]:
    return json.loads(files["manifest.json"] or b"")


def derive(manifest: Dict[str, Any], files: Files) -> Dict[str, Any]:
    """The manifest with sizes, hashes, totals, roots and ids that follow from the rest and from the files."""
    def measured(entry: Any) -> Any:
        data = files.get(entry["name"]) if isinstance(entry, dict) and isinstance(entry.get("name"), str) else None
        return entry if data is None else {**entry, "size": len(data), "sha256": sha256(data)}

    result = {**manifest}
    for kind in ("shards", "files"):
        result[kind] = [measured(entry) for entry in manifest[kind]]
    lines = {kind: [(str(entry["name"]), str(entry[kind])) for entry in entries if kind in entry and "name" in entry]
             for kind, entries in (("sha256", result["shards"] + result["files"]), ("logical_sha256", result["shards"]))}
    for key, kind in (("root", "sha256"), ("logical_root", "logical_sha256")):
        result[key] = sha256("".join(f"{value}  {name}\n" for name, value in sorted(lines[kind])))
    for total in TOTALS:
        numbers = [shard.get(total) for shard in result["shards"]]
        if all(type(number) is int for number in numbers):
            result[total] = sum(numbers)
    configuration = hashlib.sha256(canonical({"codec": result.get("codec"), "producer": result.get("producer")}))
    result["configuration_hash"] = configuration.hexdigest()
    identity = hashlib.sha256(configuration.digest() + encoded(str(result.get("input_fingerprint"))))
    result["bank_id"] = identity.hexdigest()[:32]
    return result


def with_manifest(files: Files, edit: Callable[[Dict[str, Any]], None] = lambda manifest: None) -> Files:
    """The bank with what its files are in the manifest, the manifest edited before; its index is of the new root."""
    manifest = read_manifest(files)
    edit(manifest)
    manifest = derive(manifest, files)
    result = {**files, "manifest.json": sealed(manifest, "manifest_sha256")}
    if "index.json" in files:
        index = {**json.loads(files["index.json"] or b""), "bank_root": manifest["root"], "count": manifest["records"]}
        result["index.json"] = sealed(index, "index_sha256")
    return result


def rebuilt(
    files: Files, change: Callable[[int, List[Record]], List[Record]] = lambda number, content: content,
    edit: Callable[[Dict[str, Any]], None] = lambda manifest: None,
) -> Files:
    """The bank made anew of other records and another manifest; it lacks its retrieval index."""
    manifest = read_manifest(files)
    edit(manifest)
    identity = derive(manifest, {})
    result = {name: data for name, data in files.items() if not name.startswith(("shard-", "index."))}
    shards = []
    for number, entry in enumerate(read_manifest(files)["shards"]):
        content = change(number, records(files[entry["name"]] or b""))
        shard = compose(
            number, bytes.fromhex(identity["bank_id"]), bytes.fromhex(identity["configuration_hash"]), content)
        result[entry["name"]] = shard
        shards.append(claims(number, shard, content))
    manifest["shards"] = shards
    return {**result, "manifest.json": sealed(derive(manifest, result), "manifest_sha256")}


def change_record(shard: int, position: int, **fields: Any) -> Callable[[int, List[Record]], List[Record]]:
    """For ``rebuilt``: one record changed. Without a `frame` it is compressed anew."""
    def change(number: int, content: List[Record]) -> List[Record]:
        if number != shard:
            return content
        changed = replace(content[position], **{"frame": None, **fields})
        return [*content[:position], changed, *content[position + 1 :]]

    return change
