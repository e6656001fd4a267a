"""What the shipped classifier of prompts says of texts, computed in numpy."""

from __future__ import annotations

from pathlib import Path

import torch

from .text_classifier import load_classifier, tokens
from .vectors import rounded, write

TEXTS = (
    "a red apple on a blue background", "two cats", "Grinning face with big eyes!", "the flag of a pirate", "a train on a bridge",
    "a woman running", "soccer ball and a trophy", "up arrow", "an old camera, high quality", "blurry, low quality", "import numpy as np",
    "一只猫", "蓝色背景上的红苹果", "笑脸", "自行车，背景是白色", "会议改到下午", "国旗", "向上箭头", "一个足球", "人在跑步",
    "cat猫 on 蓝色 background", "ＣＡＴ", "CAT", "Ünïcödé naïve café", "12 3456 7", "🐱", "a 🍎 on a blue background", "", "   ", "qqqq xxxx", "a a a a a a dog",
    "香蕉香蕉香蕉", "a photo of a hammer, a wrench and a screwdriver on an orange ground",
)


def write_vectors(out: Path, models: Path) -> None:
    classifier = load_classifier(models / "easel-eyes/text.json")
    write(
        out / "text.json", "text",
        "models/easel-eyes/text.json in numpy: the tokens of each text, and the share of each category in the file's order.",
        [
            {"text": text, "tokens": tokens(text), "category": classifier.category(text), "scores": rounded(torch.from_numpy(classifier.scores(text)))}
            for text in TEXTS
        ],
    )
