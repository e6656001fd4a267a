"""Writes the prompts and seeds that easel-mini is measured on.

`eval_prompts.tsv`: 200 prompts over the first 130 things, each at least once, the grounds evenly,
English and Chinese by turns; 24 prompts name no ground (and mean white). A thing stands there in one
language only, so its two halves do not compare the languages, but models with each other.

`eval_things.tsv`: every thing in English and in Chinese, with one seed and one ground for both.

The files are committed: they are not drawn anew for a model that fails on them.

    python -m lab.eval_prompts
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

from .things import COLOURS, DEFAULT_COLOUR, Colour, Thing, load_things

EVAL_FILE = Path(__file__).parent.parent / "eval_prompts.tsv"
THINGS_FILE = Path(__file__).parent.parent / "eval_things.tsv"
FIRST, COUNT, PLAIN = 130, 200, 24

Row = tuple[str, int, str, str]  # prompt, seed, thing, ground

ENGLISH = ("{x} on a {c} background", "{n}, {c} background", "on a {c} background, {x}", "{x} with a {c} background", "{c} background, {n}")
CHINESE = ("{c}背景上的一只{n}", "{c}背景，{n}", "{n}，{c}背景", "{c}背景上的{n}", "一个{n}，背景是{c}")


def article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def write_english(thing: Thing, colour: Colour, plain: bool, rng: random.Random) -> str:
    noun = thing.english[0]
    template = rng.choice(("{x}", "{n}")) if plain else rng.choice(ENGLISH)
    return template.format(x=article(noun), n=noun, c=colour.english[0]).replace(" a orange", " an orange")


def write_chinese(thing: Thing, colour: Colour, plain: bool, rng: random.Random) -> str:
    template = rng.choice(("{n}", "一只{n}", "一个{n}")) if plain else rng.choice(CHINESE)
    return template.format(n=thing.chinese[0], c=colour.chinese[0])


def by_turns(things: list[Thing]) -> list[Row]:
    rng = random.Random(20260)
    order = list(range(len(things)))
    rng.shuffle(order)
    rows = []
    for i, index in enumerate((order + order)[:COUNT]):
        thing = things[index]
        plain = i % (COUNT // PLAIN) == 3 and i // (COUNT // PLAIN) < PLAIN
        colour = COLOURS[DEFAULT_COLOUR if plain else i % len(COLOURS)]
        write = write_english if i % 2 == 0 else write_chinese
        rows.append((write(thing, colour, plain, rng), rng.randrange(2**32), thing.label, colour.label))
    return rows


def in_both(things: list[Thing]) -> list[Row]:
    rng = random.Random(20261)
    rows = []
    for i, thing in enumerate(things):
        plain = i % 8 == 3
        colour = COLOURS[DEFAULT_COLOUR if plain else i % len(COLOURS)]
        seed = rng.randrange(2**32)
        rows += [(write(thing, colour, plain, rng), seed, thing.label, colour.label) for write in (write_english, write_chinese)]
    return rows


def main() -> None:
    things = load_things()
    for path, rows in ((EVAL_FILE, by_turns(things[:FIRST])), (THINGS_FILE, in_both(things))):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t", lineterminator="\n")
            writer.writerow(("prompt", "seed", "thing", "ground"))
            writer.writerows(rows)


if __name__ == "__main__":
    main()
