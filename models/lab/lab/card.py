"""Writes the model card, `../easel-mini/README.md`: `card.md` with the measured figures filled in.

    python -m lab.card
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

TEMPLATE = Path(__file__).parent.parent / "card.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=Path("../easel-mini"))
    parser.add_argument("--eyes", type=Path, default=Path("../easel-eyes"))
    args = parser.parse_args()
    figures = json.loads((args.model / "figures.json").read_text(encoding="utf-8"))
    manifest = json.loads((args.model / "manifest.json").read_text(encoding="utf-8"))
    eyes = json.loads((args.eyes / "drawn-figures.json").read_text(encoding="utf-8"))["all"]
    turns, both = figures["by_turns"], figures["in_both_languages"]
    rows = [
        "| | 200 prompts | every thing | in English | in Chinese |", "|---|---|---|---|---|",
        *(
            f"| {about} | {turns[key]:.1%} | {both[key]:.1%} | {both[key + '_english']:.1%} | {both[key + '_chinese']:.1%} |"
            for about, key in (("the thing asked for is named first", "thing_right"), ("the ground's colour is right", "ground_right"))
        ),
        "",
        f"{figures['num_steps']} steps of {figures['scheduler']}, guidance {figures['guidance_scale']}."
        f" A picture takes {figures['seconds_a_picture_median_onnxruntime_cpu_2_threads']:.2f} s (median, onnxruntime on two CPU cores)."
        f" The recogniser itself is right for {figures['recogniser_held_out']['thing']:.1%} of things and"
        f" {figures['recogniser_held_out']['ground']:.1%} of grounds in 1,000 renderings it was not trained on.",
        "",
        f"easel-eyes, which learned on blurred, noisy and compressed scenes too, names the thing asked for first in {eyes['first']:.1%} of"
        f" the pictures of every thing in both languages, and among the five likeliest in {eyes['among_five']:.1%} (`../easel-eyes`).",
        "",
    ]
    card = TEMPLATE.read_text(encoding="utf-8")
    card = card.replace("@FIGURES@", "\n".join(rows)).replace("@SIZE@", f"{manifest['total_size'] / 1e6:.1f}")
    (args.model / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
