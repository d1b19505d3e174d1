"""Logos: one grey picture for all of them."""

import struct
import zlib

from pulumi_collab.emulator.platform import Answer, Call
from pulumi_collab.emulator.sram.gate import unknown
from pulumi_collab.emulator.sram.model import World

_WIDTH, _HEIGHT = 480, 348


def read(call: Call[World]) -> Answer:
    """The picture of a collaboration or an organisation; it asks for no key, and is no JPEG although it says so."""
    kinds = {
        "collaborations": {each.uuid4 for each in call.section.collaborations},
        "organisations": {each.uuid4 for each in call.section.organisations},
    }
    if call.parameters["uuid4"] not in kinds.get(call.parameters["kind"], set()):
        return unknown(call, [])
    return Answer(200, _picture(), {"Content-Type": "image/jpeg", "Cache-Control": "public, max-age=31536000"})


def _picture() -> bytes:
    row = b"\0" + b"\xcc" * _WIDTH
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(row * _HEIGHT)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
