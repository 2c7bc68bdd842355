"""Compressed files made by hand, so that they can lie: bombs of any size in a few bytes, frames of too large a window."""
from __future__ import annotations

import struct
import zlib

_PIECE = 1 << 17


def gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def zstd(data: bytes, *, zeros: int = 0, window_log: int = 17, content_size: int | None = None, last: bool = True) -> bytes:
    """One frame of raw blocks, then `zeros` bytes of 0 as runs of 128 KiB. `last`: whether the frame ends."""
    if content_size is None:
        head = bytes([0x00, (window_log - 10) << 3])
    else:
        head = bytes([0xC0, (window_log - 10) << 3]) + struct.pack("<Q", content_size)
    blocks = [(0, len(data[at:at + _PIECE]), data[at:at + _PIECE]) for at in range(0, len(data), _PIECE)]
    blocks += [(1, min(_PIECE, zeros - at), b"\0") for at in range(0, zeros, _PIECE)]
    blocks = blocks or [(0, 0, b"")]
    body = bytearray()
    for number, (kind, size, content) in enumerate(blocks):
        ends = last and number == len(blocks) - 1
        body += (size << 3 | kind << 1 | ends).to_bytes(3, "little") + content
    return b"\x28\xb5\x2f\xfd" + head + bytes(body)


def zstd_single_segment(content_size: int) -> bytes:
    """A frame that promises so much content in one piece, and holds a byte."""
    return b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", content_size) + b"\x09\x00\x00x"


def lz4(data: bytes, *, zeros: int = 0) -> bytes:
    """One frame of raw blocks, then `zeros` bytes of 0, of which 4 MiB are a block of 16 KiB."""
    frame = bytearray(b"\x04\x22\x4d\x18\x60\x70") + bytes([_header_check(b"\x60\x70")])
    for at in range(0, len(data), 1 << 22):
        piece = data[at:at + (1 << 22)]
        frame += struct.pack("<I", len(piece) | 1 << 31) + piece
    for at in range(0, zeros, 1 << 22):
        block = _run(min(1 << 22, zeros - at))
        frame += struct.pack("<I", len(block)) + block
    return bytes(frame + struct.pack("<I", 0))


def _run(count: int) -> bytes:
    """An LZ4 block of zeros: one literal, a match that copies it, and the five literals that must end a block."""
    match = count - 1 - 5
    assert match >= 19, "too short for a run"
    more, rest = divmod(match - 4 - 15, 255)
    return b"\x1f\x00\x01\x00" + b"\xff" * more + bytes([rest]) + b"\x50" + bytes(5)


def _header_check(header: bytes) -> int:
    """The second byte of XXH32 of up to three bytes, as a frame descriptor of LZ4 carries it."""
    prime1, prime2, prime3, prime5 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x165667B1
    mask = 0xFFFFFFFF
    value = (prime5 + len(header)) & mask
    for byte in header:
        value = (value + byte * prime5) & mask
        value = ((value << 11 | value >> 21) & mask) * prime1 & mask
    value = (value ^ value >> 15) * prime2 & mask
    value = (value ^ value >> 13) * prime3 & mask
    return (value ^ value >> 16) >> 8 & 0xFF
