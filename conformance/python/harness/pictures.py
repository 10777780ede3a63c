"""What do files look like that are pictures, nearly pictures, or something else?"""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 40, height: int = 30, colour=(200, 30, 30), extra: bytes = b"") -> bytes:
    """A picture of one colour. `extra` are chunks between head and pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\x00" + bytes(colour) * width) * height
    return (
        SIGNATURE
        + chunk(b"IHDR", head)
        + extra
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def bomb(width: int, height: int) -> bytes:
    """A small file of very many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    row = b"\x00" + b"\x00" * ((width + 7) // 8)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return SIGNATURE + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def size(file: bytes) -> tuple[int, int]:
    assert file.startswith(SIGNATURE) and file[12:16] == b"IHDR"
    return struct.unpack(">II", file[16:24])


def kinds(file: bytes) -> list[bytes]:
    """The kinds of the chunks of a PNG, and nothing may follow them."""
    found, at = [], len(SIGNATURE)
    while at < len(file):
        (length,) = struct.unpack(">I", file[at : at + 4])
        found.append(file[at + 4 : at + 8])
        at += 12 + length
    assert at == len(file)
    return found
