"""Normal numbers of PyTorch's CPU generator, for seeds and sizes that take each of its paths."""

from __future__ import annotations

from pathlib import Path

import torch

from .vectors import rounded, write

SEEDS = (0, 1, 42, 123456789, 4294967295)
SIZES = ([1], [5], [15], [16], [17], [31], [32], [100], [1000])


def write_vectors(out: Path, models: Path) -> None:
    cases = []
    for seed in SEEDS:
        for shape in SIZES if seed in (0, 42) else SIZES[1:6]:
            generator = torch.Generator().manual_seed(seed)
            values = torch.randn(shape, generator=generator)
            count = values.numel()
            case = {"kind": "randn", "seed": seed, "shapes": [shape], "values": [rounded(values if count <= 100 else values[-40:])]}
            if count > 100:
                case["from"] = count - 40
            cases.append(case)
    # Several draws from one generator: what is kept between calls matters (an odd number under 16).
    for seed, shapes in ((7, [[3], [3], [16], [2]]), (7, [[16], [5], [17], [1]]), (8, [[20], [20]]), (9, [[1], [16], [1]])):
        generator = torch.Generator().manual_seed(seed)
        cases.append(
            {"kind": "randn", "seed": seed, "shapes": shapes, "values": [rounded(torch.randn(s, generator=generator)) for s in shapes]}
        )
    for seed in (0, 42):  # a latent of 4 x 64 x 64 and one of 12 x 16 x 16: its ends and its sum
        for shape in ([1, 4, 64, 64], [1, 12, 16, 16]):
            values = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
            flat = values.reshape(-1)
            cases.append(
                {"kind": "randn_ends", "seed": seed, "shape": shape, "first": rounded(flat[:20]), "last": rounded(flat[-20:]),
                 "sum": float(flat.double().sum()), "sum_of_squares": float(flat.double().square().sum())}
            )
    for seed in (0, 42, 4294967295):
        generator = torch.Generator().manual_seed(seed)
        cases.append({"kind": "rand", "seed": seed, "shapes": [[20]], "values": [rounded(torch.rand(20, generator=generator))]})
    write(
        out / "random.json", "random",
        "torch.randn / torch.rand (float32) of a CPU generator with the seed; `shapes` are drawn one after the other; where `from` is"
        " given, only the values from that index on are listed.", cases,
    )
