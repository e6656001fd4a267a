"""Writes `../easel-eyes/README.md`: `eyes_card.md` with the measured figures filled in.

    python -m lab.eyes_card
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

TEMPLATE = Path(__file__).parent.parent / "eyes_card.md"


def eyes_marks(model: Path) -> dict[str, str]:
    """What the card says of `eyes.onnx`, from `eyes_evaluate.py` and `eyes_drawn.py`."""
    figures = json.loads((model / "figures.json").read_text(encoding="utf-8"))
    drawn = json.loads((model / "drawn-figures.json").read_text(encoding="utf-8"))
    eyes = [
        "| | |", "|---|---|",
        f"| the thing is named first, of {figures['single_scenes']:,} scenes with one | {figures['top_1']:.1%} |",
        f"| it is among the five likeliest | {figures['top_5']:.1%} |",
        f"| boxes: mAP@50 | {figures['map_50']:.3f} |",
        f"| masks: mean intersection over union | {figures['mask_iou']:.2f} |",
        f"| `unknown` for what is no drawing | {figures['unknown']:.1%} |",
        f"| no box in what is no drawing | {figures['nothing_found_in_unlike']:.1%} |",
        f"| a picture, boxes included (onnxruntime, one thread of a CPU) | {figures['milliseconds_a_picture_onnxruntime_cpu_1_thread']:.1f} ms |",
    ]
    rows = [f"| {category} | {one['pictures']} | {one['first']:.1%} | {one['among_five']:.1%} |" for category, one in drawn.items()]
    return {
        "EYES_SIZE": f"{figures['bytes'] / 1e6:.1f}", "THINGS": str(figures["things"]), "SCENES": f"{figures['scenes']:,}",
        "UNLIKE": str(figures["unlike"]), "EYES": "\n".join(eyes),
        "DRAWN": "\n".join(["| | pictures | named first | among the five likeliest |", "|---|---|---|---|", *rows]),
    }


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
    for mark, value in eyes_marks(args.model).items():
        card = card.replace(f"@{mark}@", value)
    card = card.replace("@SIZE@", str(round((args.model / "text.json").stat().st_size / 1000)))
    (args.model / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
