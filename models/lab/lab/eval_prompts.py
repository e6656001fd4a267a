"""Writes `eval_prompts.tsv`: the 200 prompts and seeds that easel-mini is measured on.

Every thing at least once, the grounds evenly, English and Chinese by turns; 24 prompts name no
ground (and mean white). The file is committed: it is not drawn anew for a model that fails on it.

    python -m lab.eval_prompts
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

from .things import COLOURS, DEFAULT_COLOUR, load_things

EVAL_FILE = Path(__file__).parent.parent / "eval_prompts.tsv"
COUNT, PLAIN = 200, 24

ENGLISH = ("{x} on a {c} background", "{n}, {c} background", "on a {c} background, {x}", "{x} with a {c} background", "{c} background, {n}")
CHINESE = ("{c}背景上的一只{n}", "{c}背景，{n}", "{n}，{c}背景", "{c}背景上的{n}", "一个{n}，背景是{c}")


def article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def main() -> None:
    rng = random.Random(20260)
    things = load_things()
    order = list(range(len(things)))
    rng.shuffle(order)
    order = (order + order)[:COUNT]
    rows = []
    for i, index in enumerate(order):
        thing = things[index]
        plain = i % (COUNT // PLAIN) == 3 and i // (COUNT // PLAIN) < PLAIN
        colour = COLOURS[DEFAULT_COLOUR if plain else i % len(COLOURS)]
        if i % 2 == 0:
            noun = thing.english[0]
            template = rng.choice(("{x}", "{n}")) if plain else rng.choice(ENGLISH)
            prompt = template.format(x=article(noun), n=noun, c=colour.english[0]).replace(" a orange", " an orange")
        else:
            template = rng.choice(("{n}", "一只{n}", "一个{n}")) if plain else rng.choice(CHINESE)
            prompt = template.format(n=thing.chinese[0], c=colour.chinese[0])
        rows.append((prompt, rng.randrange(2**32), thing.label, colour.label))
    with EVAL_FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("prompt", "seed", "thing", "ground"))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
