"""Covers: real PNGs of Spotify's three sizes, drawn from the id alone."""

import struct
import zlib

import pytest

from tasks.standin.art import cover


def pixels(png):
    """Width, height and the rows of a PNG, its checksums compared on the way."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, {}
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        kind, content = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length]) == (zlib.crc32(kind + content),)
        chunks[kind] = content
        place += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    rows = zlib.decompress(chunks[b"IDAT"])
    assert len(rows) == height * (1 + width * {2: 3, 3: 1}[colour] * depth // 8)
    return width, height, rows


@pytest.mark.parametrize("size", [640, 300, 64])
def test_a_cover_is_a_square_png(serve, size):
    answer = serve().plain(f"/image/{'a' * 22}/{size}.png")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert pixels(answer.content)[:2] == (size, size)


def test_sizes_that_do_not_exist_are_not_found(serve):
    assert serve().plain(f"/image/{'a' * 22}/65.png").status_code == 404


def test_the_same_id_is_the_same_picture_and_another_id_another(serve):
    assert cover("one", 300) == cover("one", 300)
    assert len({cover(f"album {number}", 64) for number in range(200)}) == 200


def test_a_picture_is_small_and_has_several_colours():
    for number in range(40):
        png = cover(f"album {number}", 300)
        assert len(png) < 40_000
        assert len(set(pixels(png)[2])) > 3
