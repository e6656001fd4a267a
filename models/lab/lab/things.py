"""The things easel-mini can draw and the colours of the grounds they stand on.

`things.tsv` (beside this package) has one row a thing: the drawing's file name in Noto Emoji, its
English and Chinese names (`|` between synonyms, the first is the label), and the drawing's own
colour where it has one (so that "a red apple" can be asked for).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

THINGS_FILE = Path(__file__).parent.parent / "things.tsv"


@dataclass(frozen=True)
class Thing:
    file: str
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    own_colour: str | None

    @property
    def label(self) -> str:
        return self.english[0]


@dataclass(frozen=True)
class Colour:
    label: str
    english: tuple[str, ...]
    chinese: tuple[str, ...]
    rgb: tuple[int, int, int]


COLOURS: tuple[Colour, ...] = (
    Colour("white", ("white",), ("白色", "白"), (250, 250, 250)),
    Colour("black", ("black",), ("黑色", "黑"), (18, 18, 20)),
    Colour("red", ("red",), ("红色", "红"), (212, 44, 44)),
    Colour("orange", ("orange",), ("橙色", "橘色", "橙"), (245, 138, 30)),
    Colour("yellow", ("yellow",), ("黄色", "黄"), (250, 216, 56)),
    Colour("green", ("green",), ("绿色", "绿"), (62, 160, 78)),
    Colour("blue", ("blue",), ("蓝色", "蓝"), (50, 108, 218)),
    Colour("purple", ("purple", "violet"), ("紫色", "紫"), (128, 66, 178)),
    Colour("pink", ("pink",), ("粉色", "粉红色"), (248, 152, 192)),
    Colour("brown", ("brown",), ("棕色", "褐色"), (120, 76, 46)),
    Colour("grey", ("grey", "gray"), ("灰色", "灰"), (142, 144, 148)),
)

DEFAULT_COLOUR = 0
"""Index of the ground drawn where the prompt names none: white."""


def load_things(path: Path = THINGS_FILE) -> list[Thing]:
    """Reads `things.tsv`; raises ValueError where one name would mean two things."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    things = [
        Thing(
            row["file"],
            tuple(row["english"].split("|")),
            tuple(row["chinese"].split("|")),
            row["own_colour"] or None,
        )
        for row in rows
    ]
    seen: dict[str, str] = {}
    for thing in things:
        for name in thing.english + thing.chinese:
            if name in seen:
                raise ValueError(f"things.tsv: {name!r} names both {seen[name]!r} and {thing.label!r}")
            seen[name] = thing.label
    return things
