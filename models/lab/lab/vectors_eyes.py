"""What numpy (`eyes_see.py`) makes of the answers of `models/tiny/seeing/eyes` in onnxruntime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .eyes_see import MASK, SIDE, Eyes, find, mask_of, softmax, squared
from .vectors import rounded, write
from .vectors_seeing import picture

SIZES = ((128, 128), (200, 150), (40, 90))
THRESHOLD = 0.15
MASK_ROWS = (0.2, 0.5, 0.8)
"""Shares of the picture's height."""


def numbers(values: np.ndarray) -> list[float]:
    return rounded(torch.from_numpy(np.ascontiguousarray(values)))


def mask_picture(mask: np.ndarray, width: int, height: int) -> np.ndarray:
    """The part of the square that the picture lies in, in the picture's size: uint8 [height, width]."""
    scale = SIDE / max(width, height)
    inner = [max(1, int(side * scale + 0.5)) for side in (width, height)]
    left, top = ((SIDE - side) // 2 * MASK / SIDE for side in inner)
    box = (left, top, left + inner[0] * MASK / SIDE, top + inner[1] * MASK / SIDE)
    grey = Image.fromarray(np.floor(mask * 255 + 0.5).astype(np.uint8))
    return np.asarray(grey.resize((width, height), Image.BILINEAR, box=box))


def write_vectors(out: Path, models: Path) -> None:
    eyes, cases = Eyes(models / "tiny/seeing/eyes"), []
    for size in SIZES:
        pixels = squared(picture(*size))
        seen = {name: value[0] for name, value in eyes.run(pixels).items()}
        found = find(seen["there"], seen["which"], seen["edges"], THRESHOLD)
        rows = [int(share * size[1]) for share in MASK_ROWS]
        cases.append(
            {"picture": list(size), "threshold": THRESHOLD, "pixels": numbers(pixels.reshape(-1)[::97]), "scores": numbers(softmax(seen["logits"])),
             "found": [{"thing": one.thing, "score": numbers(np.array([one.score]))[0], "box": numbers(one.box)} for one in found],
             "mask_rows": rows, "mask": mask_picture(mask_of(found[0].box, seen["alpha"], seen["middle"]), *size)[rows].reshape(-1).tolist()}
        )
    write(
        out / "eyes.json", "eyes",
        "models/tiny/seeing/eyes on pictures [width, height], RGB (4x, 4y, xy/4) modulo 256. pixels: every 97th number of the graph's input;"
        " scores: shares of the things and of unknown; box: left, top, right, bottom in shares of the square; mask: rows of the first box's, 0..255, in the picture's size.",
        cases,
    )
