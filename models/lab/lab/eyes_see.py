"""From easel-eyes' outputs to labels, boxes and masks, in numpy: the reference for `src/seeing/eyes`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

CELLS, MASK, SIDE = 16, 64, 128
THRESHOLD = 0.3
OVERLAP = 0.55
"""Of two boxes that cover each other by more (intersection over union), the surer one stays."""
MOST = 20
REACH = 0.22
"""How far, in a thing's larger sides, the middle that a pixel points to may lie off (a deviation)."""


@dataclass
class Found:
    thing: int
    score: float
    box: np.ndarray  # left, top, right, bottom, 0..1


def squared(picture: Image.Image) -> np.ndarray:
    """Fitted into 128 x 128 by bilinear resizing; the edges' colours go on where the shape is another: [1, 3, 128, 128]."""
    scale = SIDE / max(picture.size)
    width, height = (max(1, int(side * scale + 0.5)) for side in picture.size)
    small = np.asarray(picture.resize((width, height), Image.BILINEAR), np.float32)
    left, top = (SIDE - width) // 2, (SIDE - height) // 2
    padded = np.pad(small, ((top, SIDE - height - top), (left, SIDE - width - left), (0, 0)), mode="edge")
    return (padded.transpose(2, 0, 1)[None] / np.float32(127.5) - 1).astype(np.float32)


def softmax(values: np.ndarray, axis: int = -1) -> np.ndarray:
    shares = np.exp(values - values.max(axis, keepdims=True))
    return shares / shares.sum(axis, keepdims=True)


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    common = sides.clip(0).prod()
    return float(common / max(1e-9, (one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod() - common))


def find(there: np.ndarray, which: np.ndarray, edges: np.ndarray, threshold: float = THRESHOLD) -> list[Found]:
    """Of one picture: there [1, 16, 16], which [things, 16, 16], edges [4, 16, 16]. The surest first."""
    chance = sigmoid(there[0])
    around = np.pad(chance, 1)
    peak = np.max([around[1 + y : 1 + y + CELLS, 1 + x : 1 + x + CELLS] for y in (-1, 0, 1) for x in (-1, 0, 1)], 0) == chance
    found = []
    for row, column in np.argwhere(peak):
        shares = softmax(which[:, row, column])
        score = chance[row, column] * shares.max()
        if score <= threshold:
            continue
        x, y = (column + 0.5) / CELLS, (row + 0.5) / CELLS
        left, top, right, bottom = edges[:, row, column]
        found.append(Found(int(shares.argmax()), float(score), np.array([x - left, y - top, x + right, y + bottom]).clip(0, 1)))
    found.sort(key=lambda one: -one.score)
    kept: list[Found] = []
    for one in found:
        if all(overlap(one.box, other.box) <= OVERLAP for other in kept):
            kept.append(one)
    return kept[:MOST]


def mask_of(box: np.ndarray, alpha: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """alpha [1, 64, 64], middle [2, 64, 64] -> how much of each pixel is the thing's in the box, 0..1: [64, 64]."""
    y, x = (np.mgrid[:MASK, :MASK] + 0.5) / MASK
    centre, side = (box[:2] + box[2:]) / 2, max(box[2] - box[0], box[3] - box[1])
    off = ((x + middle[0] - centre[0]) ** 2 + (y + middle[1] - centre[1]) ** 2) / (REACH * side) ** 2
    margin = 1 / MASK  # A pixel's width around the box, since its edges are found no better.
    inside = (x > box[0] - margin) & (x < box[2] + margin) & (y > box[1] - margin) & (y < box[3] + margin)
    return sigmoid(alpha[0]) * np.exp(-off / 2) * inside


class Eyes:
    def __init__(self, folder: Path, threads: int = 1):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(folder / "eyes.onnx", options, providers=["CPUExecutionProvider"])

    def run(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """[B, 3, 128, 128] in [-1, 1] -> the graph's outputs by name."""
        return dict(zip((output.name for output in self.session.get_outputs()), self.session.run(None, {"pixels": pixels})))
