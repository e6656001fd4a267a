"""Random numbers of PyTorch's CPU generator: its raw stream, normals of every path, and noise between two seeds."""

from __future__ import annotations

from functools import reduce
from operator import xor
from pathlib import Path

import torch

from .vectors import rounded, write

SEEDS = (0, 1, 42, 123456789, 4294967295)
SIZES = ([1], [5], [15], [16], [17], [31], [32], [100], [1000])
# Several draws from one generator, as a scheduler's step noise is drawn: what is kept between calls matters (an odd
# number under 16), and so does the tail that is drawn anew where a size is no multiple of 16.
SEQUENCES = (
    (7, [[3], [3], [16], [2]]), (7, [[16], [5], [17], [1]]), (8, [[20], [20]]), (9, [[1], [16], [1]]), (10, [[1, 4, 3, 3], [1, 4, 3, 3], [1, 4, 3, 3]]),
    (11, [[2, 2], [3, 5], [1], [7], [33]]),
)


def drawn(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def raw_stream(seed: int) -> dict:
    """1,400 draws of 32 bits (more than two refills of the 624 words), as PyTorch hands them out two by two."""
    words = torch.empty(700, dtype=torch.int64).random_(-(2**63), None, generator=drawn(seed))
    numbers = [int(word) % 2**64 for word in words]
    return {"kind": "raw", "seed": seed, "first": [f"{n:016x}" for n in numbers[:8]], "last": [f"{n:016x}" for n in numbers[-8:]],
            "xor": f"{reduce(xor, numbers):016x}", "count": 2 * len(numbers)}


def spherical(strength: float, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    """AUTOMATIC1111's interpolation of [C, h, w]: an angle a column, its norm and product taken over dimension 1."""
    cosine = torch.nn.functional.normalize(low, dim=1, eps=0).mul(torch.nn.functional.normalize(high, dim=1, eps=0)).sum(1, keepdim=True)
    if cosine.mean() > 0.9995:
        return torch.lerp(low, high, strength)
    angle = cosine.acos()
    return (low * ((1 - strength) * angle).sin() + high * (strength * angle).sin()) / angle.sin()


def write_vectors(out: Path, models: Path) -> None:
    cases: list[dict] = [raw_stream(seed) for seed in SEEDS]
    for seed in SEEDS:
        for shape in SIZES if seed in (0, 42) else SIZES[1:6]:
            values = torch.randn(shape, generator=drawn(seed))
            count = values.numel()
            case = {"kind": "randn", "seed": seed, "shapes": [shape], "values": [rounded(values if count <= 100 else values[-40:])]}
            if count > 100:
                case["from"] = count - 40
            cases.append(case)
    for seed, shapes in SEQUENCES:
        generator = drawn(seed)
        cases.append({"kind": "randn", "seed": seed, "shapes": shapes, "values": [rounded(torch.randn(s, generator=generator)) for s in shapes]})
    for seed in (0, 42):  # whole latents: their ends and their sums
        for shape in ([1, 4, 64, 64], [1, 12, 16, 16], [1, 4, 127, 65]):
            flat = torch.randn(shape, generator=drawn(seed)).reshape(-1)
            cases.append(
                {"kind": "randn_ends", "seed": seed, "shape": shape, "first": rounded(flat[:20]), "last": rounded(flat[-20:]),
                 "sum": float(flat.double().sum()), "sum_of_squares": float(flat.double().square().sum())}
            )
    for low, high, strength in ((1, 2, 0.0), (1, 2, 0.25), (1, 2, 0.5), (3, 4, 0.9), (1, 2, 1.0), (5, 5, 0.3)):
        shape = [1, 2, 4, 5]
        ends = [torch.randn(shape[1:], generator=drawn(seed)) for seed in (low, high)]
        cases.append({"kind": "slerp", "seeds": [low, high], "strength": strength, "shape": shape, "values": rounded(spherical(strength, *ends))})
    write(
        out / "random.json", "random",
        "torch.Generator on the CPU. raw: its 32-bit draws, two to a number of 16 hex digits, the first being the high half. randn: float32;"
        " `shapes` are drawn one after the other; where `from` is given, only the values from that index on are listed. slerp: noise of seed"
        " one towards noise of seed two, as AUTOMATIC1111 mixes them for a variation seed.", cases,
    )
