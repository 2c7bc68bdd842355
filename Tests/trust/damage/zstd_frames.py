"""Zstandard frames put together by hand (RFC 8878), right ones and wrong ones."""
from __future__ import annotations

import struct
from typing import Optional, Tuple

import xxhash

MAGIC = b"\x28\xb5\x2f\xfd"
# A block holds at most 128 KiB, and at most the window.
BLOCK = 128 << 10


def frame(
    raw: bytes, *, content_size: Optional[int] = -1, wide: bool = False, checksum: bool = False,
    dictionary: Optional[Tuple[int, int]] = None, window: Optional[int] = None, bits: int = 0, block: int = BLOCK,
    kind: int = 0, last: bool = True, empty_blocks: int = 0, repeats: int = 0,
) -> bytes:
    """A frame of stored blocks.

    `content_size`: what the frame says, None for nothing; `wide`: in eight bytes. `dictionary`: id and its bytes.
    `window`: the window's descriptor; without it the frame is one segment. `bits`: set in the descriptor. `kind`: of the
    first block. `last`: whether the last block says so. `repeats`: blocks of BLOCK zeros behind the stored ones.
    """
    size = len(raw) if content_size == -1 else content_size
    if size is None and window is None:
        window = 0x50
    flag, field = size_field(size, wide, window is None)
    descriptor = flag << 6 | (window is None) << 5 | checksum << 2 | bits
    head = b""
    if window is not None:
        head += bytes([window])
    if dictionary is not None:
        identifier, length = dictionary
        descriptor |= {1: 1, 2: 2, 4: 3}[length]
        head += identifier.to_bytes(length, "little")
    pieces = [raw[start : start + block] for start in range(0, len(raw), block)] or [b""]
    blocks = struct.pack("<I", 0)[:3] * empty_blocks
    for place, piece in enumerate(pieces):
        is_last = last and not repeats and place == len(pieces) - 1
        blocks += struct.pack("<I", is_last | (kind if place == 0 else 0) << 1 | len(piece) << 3)[:3] + piece
    for place in range(repeats):
        blocks += struct.pack("<I", (last and place == repeats - 1) | 1 << 1 | BLOCK << 3)[:3] + b"\0"
    end = struct.pack("<I", xxhash.xxh64_intdigest(raw) & 0xFFFFFFFF) if checksum else b""
    return MAGIC + bytes([descriptor]) + head + field + blocks + end


def size_field(size: Optional[int], wide: bool, is_single: bool) -> Tuple[int, bytes]:
    """The flag of the content's size, and its field."""
    if size is None:
        return 0, b""
    if wide or size >= 1 << 32:
        return 3, struct.pack("<Q", size)
    if size < 256 and is_single:
        return 0, bytes([size])
    if 256 <= size < 256 + (1 << 16):
        return 1, struct.pack("<H", size - 256)
    return 2, struct.pack("<I", size)
