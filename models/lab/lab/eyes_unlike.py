"""Pictures that are none of Noto's drawings: what easel-eyes is to call unknown.

Photograph-like noise, text, gradients, shapes and patterns, uint8 [128, 128, 3]. Those that it is measured on come
from generators of their own and from settings that the training never saw (`HELD_OUT`).
"""

from __future__ import annotations

import string
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIDE = 128
Make = Callable[[np.random.Generator], np.ndarray]


def colour(rng: np.random.Generator) -> tuple[int, int, int]:
    return tuple(int(value) for value in rng.integers(0, 256, 3))


def stretched(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Real numbers [H, W, 3] as a picture of some brightness and contrast."""
    values = (values - values.mean((0, 1))) / (values.std((0, 1)) + 1e-6)
    return (rng.uniform(70, 185, 3) + rng.uniform(15, 60) * values).clip(0, 255).astype(np.uint8)


def cloud(rng: np.random.Generator, slope: float) -> np.ndarray:
    """Noise whose amplitudes fall as 1 / f^slope, about as those of photographs do (Field, 1987): [H, W, 3]."""
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None])
    frequency[0, 0] = 1
    white = rng.normal(size=(3, *frequency.shape)) + 1j * rng.normal(size=(3, *frequency.shape))
    own = np.fft.irfft2(white / frequency**slope, s=(SIDE, SIDE))  # [3, H, W]
    own /= own.std((1, 2), keepdims=True)
    share = rng.uniform(0.4, 1)  # The channels of photographs go together.
    return (share * own[:1] + (1 - share) * own).transpose(1, 2, 0)


def noise(rng: np.random.Generator, slopes: tuple[float, float] = (0.7, 2.0)) -> np.ndarray:
    return stretched(cloud(rng, rng.uniform(*slopes)), rng)


def dead_leaves(rng: np.random.Generator, corners: int | None = None) -> np.ndarray:
    """Textured things of all sizes before each other: discs (the dead leaves model, Matheron), or polygons."""
    picture = cloud(rng, 1.5)
    texture = cloud(rng, rng.uniform(0.8, 1.6))
    for _ in range(int(rng.integers(6, 50))):
        stencil = Image.new("1", (SIDE, SIDE))
        pen = ImageDraw.Draw(stencil)
        x, y = rng.uniform(-10, SIDE + 10, 2)
        radius = 3 + 40 * rng.uniform() ** 2
        if corners is None:
            tall = radius * rng.uniform(0.5, 1.6)
            pen.ellipse((x - radius, y - tall, x + radius, y + tall), fill=1)
        else:
            turns = np.sort(rng.uniform(0, 2 * np.pi, corners))
            pen.polygon([(x + radius * np.cos(turn), y + radius * np.sin(turn)) for turn in turns], fill=1)
        inside = np.asarray(stencil)
        picture[inside] = rng.normal(0, 1.2, 3) + rng.uniform(0, 0.6) * texture[inside]
    return stretched(picture, rng)


def words(rng: np.random.Generator, alphabet: str = string.ascii_letters + "    ", sizes: tuple[int, int] = (9, 40)) -> np.ndarray:
    picture = Image.new("RGB", (SIDE, SIDE), colour(rng))
    pen = ImageDraw.Draw(picture)
    y = float(rng.uniform(-10, 40))
    while y < SIDE:
        size = int(rng.integers(*sizes))
        line = "".join(rng.choice(list(alphabet), int(rng.integers(1, 24))))
        pen.text((float(rng.uniform(-10, 40)), y), line, fill=colour(rng), font=ImageFont.load_default(size))
        y += size * rng.uniform(1, 2.5)
        if rng.uniform() < 0.2:
            break
    return np.asarray(picture)


def gradient(rng: np.random.Generator) -> np.ndarray:
    """Between two or three colours along a line; of one colour where they happen to be alike."""
    turn = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    along = (np.cos(turn) * x + np.sin(turn) * y) * 0.7 + 0.5
    stops = rng.uniform(0, 255, (int(rng.integers(2, 4)), 3))
    if rng.uniform() < 0.3:
        stops[1:] = stops[0] + rng.normal(0, 6, 3)
    return np.stack([np.interp(along, np.linspace(0, 1, len(stops)), stops[:, c]) for c in range(3)], -1).clip(0, 255).astype(np.uint8)


def radial(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    far = np.hypot(x - rng.uniform(), y - rng.uniform()) / rng.uniform(0.3, 1.4)
    inner, outer = rng.uniform(0, 255, (2, 3))
    return (inner + (outer - inner) * far.clip(0, 1)[..., None]).astype(np.uint8)


def stripes(rng: np.random.Generator, both: bool | None = None) -> np.ndarray:
    """Waves along one direction, or across two (a weave or a chequer)."""
    y, x = np.mgrid[:SIDE, :SIDE]
    turn, wave = rng.uniform(0, np.pi), rng.uniform(5, 50)
    share = np.sin(2 * np.pi * (np.cos(turn) * x + np.sin(turn) * y) / wave)
    if rng.uniform() < 0.5 if both is None else both:
        share = share * np.sin(2 * np.pi * (np.sin(turn) * x - np.cos(turn) * y) / wave)
    share = np.clip(share * rng.choice([1, 20]), -1, 1)[..., None] / 2 + 0.5
    one, other = rng.uniform(0, 255, (2, 3))
    return (one + (other - one) * share).astype(np.uint8)


def shapes(rng: np.random.Generator) -> np.ndarray:
    """Flat rectangles, lines and ellipses: drawn, but none of the drawings."""
    picture = Image.new("RGB", (SIDE, SIDE), colour(rng))
    pen = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(1, 12))):
        (x0, x1), (y0, y1) = np.sort(rng.uniform(-10, SIDE + 10, (2, 2)), 1)
        kind = rng.integers(4)
        if kind == 0:
            pen.rectangle((x0, y0, x1, y1), fill=colour(rng))
        elif kind == 1:
            pen.rectangle((x0, y0, x1, y1), outline=colour(rng), width=int(rng.integers(1, 6)))
        elif kind == 2:
            pen.line((x0, y0, x1, y1), fill=colour(rng), width=int(rng.integers(1, 8)))
        else:
            pen.ellipse((x0, y0, x1, y1), fill=colour(rng), outline=colour(rng))
    return np.asarray(picture)


def mosaic(rng: np.random.Generator) -> np.ndarray:
    """The nearest of some points decides the colour (Voronoi)."""
    points = rng.uniform(0, SIDE, (int(rng.integers(5, 90)), 2))
    y, x = np.mgrid[:SIDE, :SIDE]
    nearest = ((x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2).argmin(-1)
    base, spread = rng.uniform(0, 255, 3), rng.uniform(10, 90)
    return (base + rng.normal(0, spread, (len(points), 3)))[nearest].clip(0, 255).astype(np.uint8)


def numbers(rng: np.random.Generator) -> np.ndarray:
    return words(rng, string.digits + string.punctuation + "  ", (14, 60))


TRAINING: tuple[Make, ...] = (noise, dead_leaves, words, gradient, lambda rng: stripes(rng, both=False), shapes)
HELD_OUT: tuple[Make, ...] = (
    lambda rng: noise(rng, (2.0, 2.6)), lambda rng: noise(rng, (0.2, 0.7)), lambda rng: dead_leaves(rng, corners=5), numbers, radial,
    lambda rng: stripes(rng, both=True), mosaic,
)


def unlike(rng: np.random.Generator, held_out: bool = False) -> np.ndarray:
    made = HELD_OUT if held_out else TRAINING
    return made[int(rng.integers(len(made)))](rng)
