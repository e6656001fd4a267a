"""Composed scenes for easel-eyes: one to five drawings on a ground, where they stand, and what covers what.

Drawings are moved, sized, turned and mirrored; a scene is blurred, made smaller and larger again, compressed as JPEG,
given noise or another contrast. The scenes that are measured (`held_out`) have grounds, sizes and numbers of things that
no training scene has, and drawings rendered anew at another size.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from .eyes_unlike import cloud, gradient, mosaic, radial, stripes, unlike
from .things import COLOURS

SIDE = 128
SEEN = 0.35
"""A thing of which less than this share can be seen is left out of the labels."""


@dataclass
class Scene:
    pixels: np.ndarray  # uint8 [128, 128, 3]
    things: np.ndarray  # int64 [n]; none where it is no drawing
    boxes: np.ndarray  # float32 [n, 4]: left, top, right, bottom, 0..1, of what lies inside the frame
    alpha: np.ndarray  # float32 [n, 128, 128]: how much of each pixel is this thing's, coverings taken off


class Drawings:
    """Rendered things, uint8 [N, S, S, 4], at full, half and quarter size, so that none is sampled below a half."""

    def __init__(self, rendered: np.ndarray):
        rgba = torch.from_numpy(rendered.astype(np.float32) / 255).permute(0, 3, 1, 2)  # [N, 4, S, S]
        alpha = rgba[:, 3:]
        full = torch.cat([rgba[:, :3] * alpha, alpha], 1).contiguous()
        self.levels = [full, F.avg_pool2d(full, 2), F.avg_pool2d(full, 4)]
        self.count = len(rendered)

    def place(self, thing: int, scale: float, turn: float, mirror: int, x: float, y: float) -> torch.Tensor:
        """Premultiplied RGBA [4, 128, 128]: the drawing's side is `scale` of the frame's, its middle at (x, y) in 0..1."""
        ratio = self.levels[0].shape[-1] / (scale * SIDE)
        level = self.levels[2 if ratio >= 4 else 1 if ratio >= 2 else 0][thing : thing + 1]
        cos, sin = np.cos(turn) / scale, np.sin(turn) / scale
        dx, dy = 2 * x - 1, 2 * y - 1
        theta = torch.tensor(
            [[[mirror * cos, mirror * sin, -mirror * (cos * dx + sin * dy)], [-sin, cos, sin * dx - cos * dy]]], dtype=torch.float32,
        )
        return F.grid_sample(level, F.affine_grid(theta, [1, 4, SIDE, SIDE], align_corners=False), align_corners=False)[0]


def ground(rng: np.random.Generator, held_out: bool) -> np.ndarray:
    """float [128, 128, 3] in 0..255."""
    roll = rng.uniform()
    named = np.array(COLOURS[int(rng.integers(len(COLOURS)))].rgb) + rng.uniform(-12, 12, 3)
    if held_out:
        if roll < 0.4:
            return np.broadcast_to(named, (SIDE, SIDE, 3)).clip(0, 255)
        pattern = radial(rng) if roll < 0.7 else stripes(rng, both=True) if roll < 0.85 else mosaic(rng)
    else:
        if roll < 0.45:
            return np.broadcast_to(named, (SIDE, SIDE, 3)).clip(0, 255)
        if roll < 0.6:
            return np.broadcast_to(rng.uniform(0, 255, 3), (SIDE, SIDE, 3))
        pattern = gradient(rng) if roll < 0.8 else stripes(rng, both=False) if roll < 0.9 else 128 + 40 * cloud(rng, rng.uniform(1, 2))
    base = rng.uniform(0, 255, 3)
    return (base + rng.uniform(0.2, 0.9) * (pattern.astype(np.float64) - base)).clip(0, 255)


def spots(count: int, rng: np.random.Generator, held_out: bool) -> list[tuple[float, float, float]]:
    """(scale, x, y) of each thing; several stand apart by most of their sizes, and may overlap a little."""
    if count == 1:
        scale = rng.uniform(*((0.5, 0.95) if held_out else (0.4, 1.1)))
        reach = max(0.0, 1 - scale) / 2 + (0.03 if held_out else 0.1)
        return [(scale, 0.5 + rng.uniform(-reach, reach), 0.5 + rng.uniform(-reach, reach))]
    found: list[tuple[float, float, float]] = []
    low, high = {2: (0.34, 0.6), 3: (0.28, 0.48), 4: (0.26, 0.42), 5: (0.24, 0.36)}[count]
    for _ in range(60):
        scale = rng.uniform(low, high)
        x, y = rng.uniform(0.35 * scale, 1 - 0.35 * scale, 2)
        if all(max(abs(x - ox), abs(y - oy)) > 0.38 * (scale + other) for other, ox, oy in found):
            found.append((scale, x, y))
        if len(found) == count:
            break
    return found


def disturb(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What happens to pictures on their way. uint8 or float [128, 128, 3] -> uint8."""
    picture = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if rng.uniform() < 0.3:
        small = int(SIDE * rng.uniform(0.4, 0.9))
        picture = picture.resize((small, small), Image.BILINEAR).resize((SIDE, SIDE), rng.choice([Image.BILINEAR, Image.BICUBIC]))
    if rng.uniform() < 0.3:
        kept = io.BytesIO()
        picture.save(kept, "JPEG", quality=int(rng.integers(30, 95)))
        picture = Image.open(kept).convert("RGB")
    values = np.asarray(picture, np.float32)
    if rng.uniform() < 0.3:
        values = (values - 128) * rng.uniform(0.8, 1.15) + 128 + rng.uniform(-15, 15, 3)
    if rng.uniform() < 0.3:
        values = values + rng.normal(0, rng.uniform(1, 14), values.shape)
    return values.clip(0, 255).round().astype(np.uint8)


def compose(drawings: Drawings, rng: np.random.Generator, count: int, held_out: bool = False) -> Scene:
    """A scene of up to `count` things."""
    layers, things = [], []
    for scale, x, y in spots(count, rng, held_out):
        thing = int(rng.integers(drawings.count))
        turn = rng.normal(0, 0.2) if rng.uniform() < 0.6 else 0.0
        layers.append(drawings.place(thing, scale, turn, 1 if rng.uniform() < 0.5 else -1, x, y).numpy())
        things.append(thing)
    pixels = ground(rng, held_out)
    alphas: list[np.ndarray] = []
    for layer in layers:
        cover = layer[3]
        alphas = [alpha * (1 - cover) for alpha in alphas]
        alphas.append(cover)
        pixels = layer[:3].transpose(1, 2, 0) * 255 + pixels * (1 - cover[..., None])
    kept, boxes = [], []
    for index, (layer, alpha) in enumerate(zip(layers, alphas)):
        rows, columns = np.nonzero(layer[3] > 0.3)
        if len(rows) < 40 or alpha.sum() < SEEN * layer[3].sum():
            continue
        kept.append(index)
        boxes.append([columns.min() / SIDE, rows.min() / SIDE, (columns.max() + 1) / SIDE, (rows.max() + 1) / SIDE])
    return Scene(
        disturb(pixels, rng), np.array([things[i] for i in kept], np.int64), np.array(boxes, np.float32).reshape(-1, 4),
        np.array([alphas[i] for i in kept], np.float32).reshape(-1, SIDE, SIDE),
    )


def draw_scene(drawings: Drawings, rng: np.random.Generator) -> Scene:
    """One scene for training: a thing (0.4), several (0.42), or no drawing (0.18)."""
    roll = rng.uniform()
    if roll < 0.18:
        return no_drawing(rng)
    return compose(drawings, rng, 1 if roll < 0.58 else int(rng.integers(2, 5)))


def no_drawing(rng: np.random.Generator, held_out: bool = False) -> Scene:
    none = np.zeros((0, 4), np.float32)
    return Scene(disturb(unlike(rng, held_out), rng), np.zeros(0, np.int64), none, np.zeros((0, SIDE, SIDE), np.float32))
