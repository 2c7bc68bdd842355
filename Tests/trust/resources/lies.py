"""Files that lie: a GGUF file taken apart, and numbers put in the place of others."""
from __future__ import annotations

import ctypes
import ctypes.util
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Iterator

#: Sizes of GGUF's values by their type's number; 8 is a string, 9 an array.
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
#: What is put in the place of a count, a length or a dimension.
WORDS = (0, 1, 0x7FFFFFFF, 0xFFFFFFFF)
LONGS = (0, 1 << 32, 1 << 40, (1 << 62) + 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)


@dataclass
class GGUF:
    """Metadata as type and bytes, and tensors as name, dimensions, type and offset."""

    values: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    tensors: list[tuple[str, list[int], int, int]] = field(default_factory=list)
    data: bytes = b""

    @classmethod
    def read(cls, path: str) -> GGUF:
        content = Path(path).read_bytes()
        made = cls()
        tensor_count, value_count = struct.unpack_from("<QQ", content, 8)
        at = 24
        for _ in range(value_count):
            key, at = _string(content, at)
            kind = struct.unpack_from("<I", content, at)[0]
            end = _value_end(content, at + 4, kind)
            made.values[key] = (kind, content[at + 4:end])
            at = end
        for _ in range(tensor_count):
            name, at = _string(content, at)
            count = struct.unpack_from("<I", content, at)[0]
            dimensions = list(struct.unpack_from(f"<{count}Q", content, at + 4))
            kind, offset = struct.unpack_from("<IQ", content, at + 4 + 8 * count)
            made.tensors.append((name, dimensions, kind, offset))
            at += 16 + 8 * count
        made.data = content[-(-at // 32) * 32:]
        return made

    def bytes(self, *, tensor_count: int | None = None, value_count: int | None = None) -> bytes:
        counts = (len(self.tensors) if tensor_count is None else tensor_count,
                  len(self.values) if value_count is None else value_count)
        made = bytearray(b"GGUF" + struct.pack("<IQQ", 3, *counts))
        for key, (kind, value) in self.values.items():
            made += struct.pack("<Q", len(key)) + key.encode() + struct.pack("<I", kind) + value
        for name, dimensions, kind, offset in self.tensors:
            made += struct.pack("<Q", len(name)) + name.encode() + struct.pack("<I", len(dimensions))
            made += struct.pack(f"<{len(dimensions)}Q", *dimensions) + struct.pack("<IQ", kind, offset)
        return bytes(made + bytes(-len(made) % 32)) + self.data

    def with_value(self, key: str, kind: int, value: bytes) -> bytes:
        return GGUF({**self.values, key: (kind, value)}, self.tensors, self.data).bytes()

    def without(self, key: str) -> bytes:
        return GGUF({k: v for k, v in self.values.items() if k != key}, self.tensors, self.data).bytes()

    def with_tensor(self, index: int, *, dimensions: list[int] | None = None, kind: int | None = None,
                    offset: int | None = None) -> bytes:
        tensors = list(self.tensors)
        name, old_dimensions, old_kind, old_offset = tensors[index]
        tensors[index] = (name, old_dimensions if dimensions is None else dimensions,
                          old_kind if kind is None else kind, old_offset if offset is None else offset)
        return GGUF(self.values, tensors, self.data).bytes()


def _string(content: bytes, at: int) -> tuple[str, int]:
    length = struct.unpack_from("<Q", content, at)[0]
    return content[at + 8:at + 8 + length].decode(), at + 8 + length


def _value_end(content: bytes, at: int, kind: int) -> int:
    if kind == 8:
        return _string(content, at)[1]
    if kind != 9:
        return at + _SIZES[kind]
    kind, count = struct.unpack_from("<IQ", content, at)
    at += 12
    if kind in _SIZES:
        return at + _SIZES[kind] * count
    for _ in range(count):
        at = _value_end(content, at, kind)
    return at


def with_word(content: bytes, at: int, value: int) -> bytes:
    return content[:at] + struct.pack("<I", value) + content[at + 4:]


def with_long(content: bytes, at: int, value: int) -> bytes:
    return content[:at] + struct.pack("<Q", value) + content[at + 8:]


def numbers(content: bytes, places: Iterable[int], *, words: Iterable[int] = WORDS, longs: Iterable[int] = LONGS
            ) -> Iterator[tuple[str, bytes]]:
    """Each place made a lying u32, then a lying u64; what is the file as it was is left out."""
    for at in places:
        made = [(f"u32 {value} at {at}", with_word(content, at, value)) for value in words if at + 4 <= len(content)]
        made += [(f"u64 {value} at {at}", with_long(content, at, value)) for value in longs if at + 8 <= len(content)]
        yield from ((name, bytes) for name, bytes in made if bytes != content)


def _library() -> ctypes.CDLL | None:
    found = ctypes.util.find_library("xxhash")
    if not found:
        return None
    library = ctypes.CDLL(found)
    library.XXH3_64bits.restype = ctypes.c_uint64
    library.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    return library


_XXHASH = _library()
CAN_SEAL = _XXHASH is not None


def xxh3(content: bytes) -> bytes:
    assert _XXHASH is not None
    return struct.pack("<Q", _XXHASH.XXH3_64bits(content, len(content)))


def sealed(content: bytes) -> bytes:
    """A file whose last eight bytes are the sum of those before, with the right sum."""
    return content[:-8] + xxh3(content[:-8])
