"""Pictures of pages as PNG with a palette, a third of the size of one without."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Final

from playwright.sync_api import Page

# The colours of the flat parts stay exactly what they are; edges of letters take the commonest of those near to theirs.
_REDUCE: Final = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  pixels.forEach((pixel) => counts.set(pixel, (counts.get(pixel) ?? 0) + 1));
  const colours = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one) || one - other);
  const palette = colours.slice(0, 64);
  const near = new Set();
  for (const colour of colours.slice(64)) {
    if (palette.length < 256 && !near.has(colour & 0xf8f8f8)) {
      near.add(colour & 0xf8f8f8);
      palette.push(colour);
    }
  }
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const known = palette.map(parts);
  const nearest = (colour) => {
    const distances = known.map((one) => one.reduce((sum, part, i) => sum + (part - parts(colour)[i]) ** 2, 0));
    return distances.indexOf(Math.min(...distances));
  };
  const places = new Map(colours.map((colour) => [colour, nearest(colour)]));
  let text = "";
  pixels.forEach((pixel) => { text += String.fromCharCode(places.get(pixel)); });
  return { width, height, palette: known.flat(), places: btoa(text) };
}"""


def palette_png(page: Page, bench: Page) -> bytes:
    """What the page shows. `bench` is an empty page, on which the colours are counted."""
    png = base64.b64encode(page.screenshot()).decode()
    found = bench.evaluate(_REDUCE, png)
    width, height, places = found["width"], found["height"], base64.b64decode(found["places"])
    lines = b"".join(b"\0" + places[start : start + width] for start in range(0, len(places), width))
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0),
        b"PLTE": bytes(found["palette"]),
        b"IDAT": zlib.compress(lines, 9),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks.items())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
