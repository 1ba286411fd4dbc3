"""Covers, drawn from nothing but an id: five colours and a few large shapes, the same for ever.

No picture of Spotify's is imitated or shown; whoever sees one of these knows that it is a drawing.
"""

import struct
import zlib
from collections.abc import Iterator
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.uint8]
Grid = NDArray[np.floating]

PALETTES = (
    ("f4e9d8", "1f3a4d", "d95d39", "f0a202", "7a9e9f"),
    ("0f1b2d", "e8d5b7", "c8553d", "588b8b", "f28f3b"),
    ("fdf6e3", "2d3047", "93b7be", "e0a890", "a23b3b"),
    ("1d1e2c", "ac9fbb", "ddbdd5", "f7ebec", "59656f"),
    ("e9f1f7", "131b23", "816c61", "e7dfc6", "2274a5"),
    ("2b2d42", "edf2f4", "ef233c", "8d99ae", "d9a441"),
    ("fff8f0", "9e2b25", "51355a", "e6af2e", "4a7c59"),
    ("102e2a", "f3e8c8", "e07a3f", "3f8f7b", "c94f4f"),
    ("f1ece2", "3d405b", "e07a5f", "81b29a", "f2cc8f"),
    ("191308", "ca907e", "994636", "ede0d4", "5b7b7a"),
    ("22223b", "f2e9e4", "c9ada7", "9a8c98", "e5989b"),
    ("e8eddf", "242423", "f5cb5c", "cfdbd5", "3a6b5e"),
)
SMOOTHING = {640: 1, 300: 2, 64: 4}
"""Pixels drawn for each pixel of a side: small pictures need smooth edges most, and cost least."""


def cover(id: str, size: int) -> bytes:
    """Return the cover of an album, artist or playlist as a square PNG; `size` is 640, 300 or 64 pixels."""
    seeds = blake2b(id.encode(), digest_size=48).digest()
    palette = np.frombuffer(bytes.fromhex("".join(PALETTES[seeds[0] % len(PALETTES)])), np.uint8).reshape(-1, 3)
    draw = (suns, tiles, arcs, hills, stripes, dots)[seeds[1] % 6]
    factor = SMOOTHING[size]
    side = size * factor
    canvas = np.zeros((side, side), np.uint8)
    line = (np.arange(side, dtype=np.float32) + 0.5) / side
    draw(canvas, line[None, :], line[:, None], iter(seeds[2:]))
    if factor == 1:
        return png(canvas, palette)
    return png(shrunk(canvas, palette, factor), None)


def suns(canvas: Canvas, x: Grid, y: Grid, seeds: Iterator[int]) -> None:
    """A disc above water: bands below the horizon, the disc mirrored in some of them."""
    horizon = 0.55 + next(seeds) / 1500
    middle, radius = 0.25 + next(seeds) / 510, 0.16 + next(seeds) / 1800
    canvas[(x - middle) ** 2 + (y - horizon + radius * 0.4) ** 2 < radius**2] = 2
    bands = 4 + next(seeds) % 4
    depth = np.maximum((y - horizon) / (1 - horizon), 0)
    canvas[(depth > 0)[:, 0]] = 1
    glints = (depth > 0) & ((depth**0.7 * bands) % 1 < 0.45)
    canvas[glints & (np.abs(x - middle) < radius * (1.1 - 0.7 * depth))] = 3
    canvas[(y > 0.94)[:, 0]] = 4


def tiles(canvas: Canvas, x: Grid, y: Grid, seeds: Iterator[int]) -> None:
    """Quarter discs in a grid, each turned and coloured by chance."""
    side = canvas.shape[0]
    count = 3 + next(seeds) % 2
    edges = [round(side * place / count) for place in range(count + 1)]
    for row in range(count):
        for column in range(count):
            seed = next(seeds)
            tall, wide = slice(edges[row], edges[row + 1]), slice(edges[column], edges[column + 1])
            tile = canvas[tall, wide]
            across, down = x[:, wide] * count - column, y[tall] * count - row
            across, down = (1 - across if seed & 1 else across), (1 - down if seed & 2 else down)
            tile[:] = (seed >> 2) % 5
            tile[across**2 + down**2 < 1] = ((seed >> 2) % 5 + 1 + (seed >> 5) % 4) % 5


def arcs(canvas: Canvas, x: Grid, y: Grid, seeds: Iterator[int]) -> None:
    """Rings around a corner or the middle of a side."""
    seed = next(seeds)
    middle_x, middle_y = ((0.0, 0.0), (1.0, 1.0), (0.5, 1.0), (0.0, 1.0))[seed % 4]
    rings = 5 + next(seeds) % 4
    order = np.array([(1 + (next(seeds) + place) % 4) * (place < rings) for place in range(24)], np.uint8)
    distance = np.sqrt((x - middle_x) ** 2 + (y - middle_y) ** 2)
    canvas[:] = order[np.minimum(distance * rings, 23).astype(np.uint8)]


def hills(canvas: Canvas, x: Grid, y: Grid, seeds: Iterator[int]) -> None:
    """Ranges of hills, one before the other, under a small moon."""
    moon_x, moon_y = 0.2 + next(seeds) / 425, 0.14 + next(seeds) / 1500
    canvas[(x - moon_x) ** 2 + (y - moon_y) ** 2 < 0.008] = 2
    for place in range(4):
        phase, steepness = next(seeds) / 40, 2 + next(seeds) / 64
        ridge = (
            0.42 + 0.15 * place + 0.09 * np.sin(x * steepness * 2 + phase) + 0.04 * np.sin(x * steepness * 5 - phase)
        )
        canvas[y > ridge] = (3, 4, 2, 1)[place]


def stripes(canvas: Canvas, x: Grid, y: Grid, seeds: Iterator[int]) -> None:
    """Slanted stripes, and a disc in which they run on in other colours."""
    slant = (next(seeds) - 128) / 128
    count = 4 + next(seeds) % 5
    order = np.array([(place * (1 + next(seeds) % 2) + 1) % 3 for place in range(3 * count + 2)], np.uint8)
    along = (x + slant * y + 1) * count
    canvas[:] = order[np.minimum(along, len(order) - 1).astype(np.uint8)]
    middle_x, middle_y, radius = 0.35 + next(seeds) / 850, 0.35 + next(seeds) / 850, 0.2 + next(seeds) / 1700
    disc = (x - middle_x) ** 2 + (y - middle_y) ** 2 < radius**2
    canvas[disc] = 4 - canvas[disc] % 2


def dots(canvas: Canvas, x: Grid, y: Grid, seeds: Iterator[int]) -> None:
    """Discs in a grid that grow along a direction."""
    count = 4 + next(seeds) % 4
    direction = next(seeds) / 255
    tint = np.array([1 + next(seeds) % 4 for _ in range(count)], np.uint8)
    column, row = np.floor(x * count), np.floor(y * count)
    radius = 0.14 + 0.34 * (direction * column + (1 - direction) * row) / (count - 1)
    inside = (x * count - column - 0.5) ** 2 + (y * count - row - 0.5) ** 2 < radius**2
    np.copyto(canvas, tint[row.astype(np.uint8)], where=inside)


def shrunk(canvas: Canvas, palette: Canvas, factor: int) -> Canvas:
    """Return RGB rows in which each pixel is the mean colour of a square of `factor` pixels a side.

    The three channels lie side by side in one 64-bit number, so that one sum adds all of them.
    """
    lanes = palette.astype(np.uint64) @ np.array([1 << 32, 1 << 16, 1], np.uint64)
    packed = lanes[canvas]
    wide = sum((packed[:, place::factor] for place in range(1, factor)), packed[:, ::factor])
    total = sum((wide[place::factor] for place in range(1, factor)), wide[::factor])
    channels = [(total >> np.uint64(shift) & np.uint64(0xFFFF)) // np.uint64(factor**2) for shift in (32, 16, 0)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def png(pixels: Canvas, palette: Canvas | None) -> bytes:
    """Write a PNG: indices with their palette, or without one rows of RGB."""
    height, width = pixels.shape[:2]
    raw = np.zeros((height, 1 + pixels[0].size), np.uint8)  # each row begins with its filter: none
    raw[:, 1:] = pixels.reshape(height, -1)
    colour_type = 2 if palette is None else 3
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0))]
    if palette is not None:
        parts.append(chunk(b"PLTE", palette.tobytes()))
    parts += [chunk(b"IDAT", zlib.compress(raw.tobytes(), 2)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
