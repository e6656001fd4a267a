"""Writes reference vectors for the TypeScript core: what PyTorch, diffusers and transformers compute.

    python -m lab.vectors --out vectors [--only random,schedulers,tokenizer,prompt,tiny,...]

Each file is JSON with `made_by` (this command and the versions that ran it) and `cases`.
"""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path

import diffusers
import tokenizers
import torch
import transformers

PARTS = {"random": "vectors_random", "schedulers": "vectors_schedulers", "tokenizer": "vectors_tokenizer", "prompt": "vectors_prompt", "tiny": "vectors_tiny", "families": "vectors_families", "mini": "vectors_mini", "tasks": "vectors_tasks", "preview": "vectors_preview", "seeing": "vectors_seeing", "text": "vectors_text", "eyes": "vectors_eyes"}


def rounded(values: torch.Tensor) -> list[float]:
    """Float32 numbers with the nine digits that tell them apart."""
    return [float(f"{value:.9g}") for value in values.detach().to(torch.float32).reshape(-1).tolist()]


def made_by(part: str) -> dict[str, str]:
    return {
        "command": f"python -m lab.vectors --only {part}", "torch": torch.__version__.split("+")[0], "diffusers": diffusers.__version__,
        "transformers": transformers.__version__, "tokenizers": tokenizers.__version__,
    }


def write(path: Path, part: str, about: str, cases: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    head = json.dumps({"about": about, "made_by": made_by(part)}, ensure_ascii=False, indent=1)[:-2]
    rows = ",\n  ".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    path.write_text(f'{head},\n "cases": [\n  {rows}\n ]\n}}\n', encoding="utf-8")
    print(path, path.stat().st_size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("vectors"))
    parser.add_argument("--models", type=Path, default=Path(".."))
    parser.add_argument("--only", default=",".join(PARTS))
    args = parser.parse_args()
    for part in args.only.split(","):
        importlib.import_module(f".{PARTS[part]}", __package__).write_vectors(args.out, args.models)


if __name__ == "__main__":
    main()
