"""Writes `../easel-eyes/README.md`: `eyes_card.md` with the measured figures filled in.

    python -m lab.eyes_card
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

TEMPLATE = Path(__file__).parent.parent / "eyes_card.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("../easel-eyes"))
    args = parser.parse_args()
    text = json.loads((args.model / "text-figures.json").read_text(encoding="utf-8"))
    right = text["right"]
    rows = [
        "| | English | Chinese |", "|---|---|---|",
        *(
            f"| {about} | {right[f'english_{form}']:.1%} | {right[f'chinese_{form}']:.1%} |"
            for about, form in (
                ("a name alone", "name"), ("a name in a prompt", "prompt"), ("all keywords of a caption", "keywords"), ("texts about nothing of them", "other"),
            )
        ),
        f"| a thing of `things.tsv` or `things_next.tsv`, whose name it has learned, in a fresh prompt |"
        f" {text['drawn']['english']['right']:.1%} | {text['drawn']['chinese']['right']:.1%} |",
        "", "| category | right |", "|---|---|", *(f"| {category} | {share:.1%} |" for category, share in text["by_category"].items()),
    ]
    card = TEMPLATE.read_text(encoding="utf-8")
    card = card.replace("@FIGURES@", "\n".join(rows)).replace("@ROWS@", str(text["rows"])).replace("@TEXTS@", f"{text['texts']:,}")
    card = card.replace("@SIZE@", str(round((args.model / "text.json").stat().st_size / 1000)))
    (args.model / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
