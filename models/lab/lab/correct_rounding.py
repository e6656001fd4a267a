"""PyTorch with square roots, exponentials and logarithms that are right to the last bit.

PyTorch takes them from the processor's vector library, which may err by one unit in the last place, and does so in
another way on another processor. Where a noise schedule begins at a sigma of thousands, that bit shows in the third
digit of the sample, so that a reference without it would hold on one machine only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

FUNCTIONS = ("sqrt", "exp", "log", "expm1")


def _rounded(function: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    def computed(x: torch.Tensor) -> torch.Tensor:
        return function(x.double()).to(x.dtype) if x.dtype == torch.float32 else function(x)

    return computed


@contextmanager
def correctly_rounded() -> Iterator[None]:
    """Within it, float32 tensors take these functions by way of double precision."""
    kept = [(owner, name, getattr(owner, name)) for owner in (torch, torch.Tensor) for name in FUNCTIONS]
    power = torch.Tensor.__pow__
    root = _rounded(torch.sqrt)
    for owner, name, function in kept:
        setattr(owner, name, _rounded(function))
    torch.Tensor.__pow__ = lambda x, exponent: root(x) if isinstance(exponent, float) and exponent == 0.5 else power(x, exponent)
    try:
        yield
    finally:
        torch.Tensor.__pow__ = power
        for owner, name, function in kept:
            setattr(owner, name, function)
