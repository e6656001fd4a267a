"""What transformers makes of pictures: preprocessed pixels, and what `models/tiny/seeing` answers in torch.

The preprocessors are those on Pillow (`...Pil`): the ones on torchvision round otherwise, by one of 255 here and there.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import AutoImageProcessor, CLIPTokenizerFast, ImageClassificationPipeline, ZeroShotImageClassificationPipeline

from .export import write_json
from .tiny_seeing import IMAGENET, MAKERS, OPENAI
from .vectors import rounded, write

EVERY, EVERY_OF_MANY = 7, 991
"""Of preprocessed pixels every seventh number is kept: it falls on each channel, row and column in turn."""

HALVES = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
VIT = {"image_processor_type": "ViTImageProcessor", **HALVES}
PREPROCESSORS: list[tuple[dict, tuple[int, int]]] = [
    *(({**VIT, "size": {"height": 20, "width": 24}, "resample": resample}, (61, 43)) for resample in range(6)),
    ({**VIT, "size": {"height": 40, "width": 90}, "resample": 3}, (31, 50)),
    ({**VIT, "size": {"height": 31, "width": 50}}, (50, 31)),
    ({**VIT, "size": 24, "do_normalize": False}, (40, 30)),
    ({**VIT, "size": 24, "do_rescale": False, "image_mean": [120.0, 110.0, 100.0], "image_std": [60.0, 55.0, 50.0]}, (40, 30)),
    ({**VIT, "do_resize": False, "rescale_factor": 0.007}, (21, 13)),
    ({"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 24}, "crop_size": {"height": 24, "width": 24}, **OPENAI}, (83, 50)),
    ({"image_processor_type": "CLIPImageProcessor", "size": 25, "crop_size": 20, **OPENAI}, (50, 83)),
    ({"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 16}, "crop_size": {"height": 21, "width": 33}, **OPENAI}, (30, 43)),
    ({"feature_extractor_type": "DeiTFeatureExtractor", "size": 26, "crop_size": 22, "resample": 3, "do_center_crop": True, **IMAGENET}, (50, 40)),
    ({"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 28}, "crop_pct": 0.9, "resample": 2, **IMAGENET}, (41, 77)),
    ({"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 384}, "resample": 3, **IMAGENET}, (41, 37)),
    ({"image_processor_type": "MobileNetV2ImageProcessor", "size": {"shortest_edge": 28}, "crop_size": {"height": 24, "width": 24}, "resample": 2, **HALVES}, (70, 45)),
    ({"image_processor_type": "DetrImageProcessor", "size": {"shortest_edge": 40, "longest_edge": 60}, **IMAGENET}, (90, 50)),
    ({"image_processor_type": "DetrImageProcessor", "size": {"shortest_edge": 40, "longest_edge": 66}, **IMAGENET}, (51, 90)),
    ({"feature_extractor_type": "DetrFeatureExtractor", "size": 30, "max_size": 50, **IMAGENET}, (64, 48)),
    ({"image_processor_type": "YolosImageProcessor", "size": {"shortest_edge": 33, "longest_edge": 60}, **IMAGENET}, (90, 43)),
]
PICTURES = ((70, 50), (32, 32), (20, 100))
THINGS = ["a cat", "a red apple", "two dogs on a blue background", "house"]
TEMPLATE = "This is a photo of {}."


def picture(width: int, height: int) -> Image.Image:
    y, x = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([4 * x % 256, 4 * y % 256, (x * y // 4) % 256], -1).astype(np.uint8))


def processor(config: dict):
    with tempfile.TemporaryDirectory() as folder:
        write_json(Path(folder) / "preprocessor_config.json", config)
        return AutoImageProcessor.from_pretrained(folder)


def preprocessed() -> list[dict]:
    cases = []
    for config, size in PREPROCESSORS:
        pixels = processor(config)(picture(*size), return_tensors="pt")["pixel_values"]  # [1, 3, H, W]
        every = EVERY if pixels.numel() < 20_000 else EVERY_OF_MANY
        cases.append(
            {"task": "preprocess", "config": config, "picture": list(size), "dims": list(pixels.shape), "every": every,
             "values": rounded(pixels.reshape(-1)[::every])}
        )
    return cases


def classified(models: Path) -> list[dict]:
    cases = []
    for name in ("vit", "resnet"):
        run = ImageClassificationPipeline(
            model=MAKERS[name]().model, image_processor=AutoImageProcessor.from_pretrained(models / "tiny/seeing" / name),
        )
        for size in PICTURES:
            cases.append({"task": "classify", "model": name, "picture": list(size), "top_k": 5, "results": run(picture(*size), top_k=5)})
    return cases


def zero_shot(models: Path) -> list[dict]:
    folder = models / "tiny/seeing/clip"
    run = ZeroShotImageClassificationPipeline(
        model=MAKERS["clip"]().model, image_processor=AutoImageProcessor.from_pretrained(folder),
        tokenizer=CLIPTokenizerFast.from_pretrained(folder),
    )
    return [
        {"task": "zero_shot", "model": "clip", "picture": list(size), "labels": labels, "template": TEMPLATE,
         "results": run(picture(*size), candidate_labels=labels, hypothesis_template=TEMPLATE)}
        for size in PICTURES for labels in (THINGS, THINGS[:1])
    ]


def detected(models: Path) -> list[dict]:
    cases = []
    for name, size, threshold in (("detr", (80, 60), 0.58), ("detr", (64, 48), 0.0), ("conditional_detr", (80, 60), 0.7), ("conditional_detr", (64, 48), 0.2), ("yolos", (70, 50), 0.81), ("yolos", (48, 32), 0.4)):
        model, read = MAKERS[name]().model, AutoImageProcessor.from_pretrained(models / "tiny/seeing" / name)
        answer = model(**{key: value for key, value in read(picture(*size), return_tensors="pt").items() if name != "yolos" or key == "pixel_values"})
        found = read.post_process_object_detection(answer, threshold=threshold, target_sizes=[(size[1], size[0])])[0]
        cases.append(
            {"task": "detect", "model": name, "picture": list(size), "threshold": threshold,
             "results": [
                 {"label": model.config.id2label[label.item()], "score": rounded(score)[0], "box": rounded(box)}
                 for score, label, box in zip(found["scores"], found["labels"], found["boxes"])
             ]}
        )
    return cases


def detected_fixed(models: Path) -> list[dict]:
    """Pictures of other shapes than the graphs of the tiny detectors, which are static, take: padded as with `pad_size`, or made that size."""
    cases = []
    for name, size, threshold, edges in (
        ("detr", (60, 64), 0.5, {"size": 48, "max_size": 64}), ("detr", (50, 90), 0.5, {"size": 48, "max_size": 64}),
        ("conditional_detr", (90, 50), 0.6, {"size": {"shortest_edge": 48, "longest_edge": 64}}), ("conditional_detr", (31, 63), 0.6, {"size": {"shortest_edge": 48, "longest_edge": 64}}),
        ("yolos", (50, 70), 0.3, {"size": {"shortest_edge": 32, "longest_edge": 48}}), ("yolos", (30, 90), 0.3, {"size": {"shortest_edge": 32, "longest_edge": 48}}),
        ("yolos", (90, 40), 0.7, {"size": {"shortest_edge": 32, "longest_edge": 48}, "do_pad": False}),
    ):
        model = MAKERS[name]().model
        config = json.loads((models / "tiny/seeing" / name / "preprocessor_config.json").read_text()) | edges
        read, (height, width) = processor(config), (32, 48) if name == "yolos" else (48, 64)
        made = read(picture(*size), return_tensors="pt", do_pad=False)["pixel_values"].shape[2:]
        fits, pads = made[0] <= height and made[1] <= width, config.get("do_pad", True)
        if not pads:
            resize = {"size": {"height": height, "width": width}, "do_pad": False}
        else:
            resize = {"pad_size": {"height": height, "width": width}} | ({} if fits else {"size": {"max_height": height, "max_width": width}})
        inputs = read(picture(*size), return_tensors="pt", **resize)
        mask = inputs["pixel_mask"][0] if pads else torch.ones(height, width)  # [H, W]
        own = (int(mask[:, 0].sum()), int(mask[0].sum()))
        masked = name != "yolos"
        whole = (size[1], size[0]) if masked else (size[1] * height / own[0], size[0] * width / own[1])
        found = read.post_process_object_detection(
            model(**({key: inputs[key] for key in ("pixel_values", "pixel_mask")} if masked else {"pixel_values": inputs["pixel_values"]})),
            threshold=threshold, target_sizes=torch.tensor([whole]),
        )[0]
        cases.append(
            {"task": "detect_fixed", "model": name, "picture": list(size), "threshold": threshold, "config": config, "own": own,
             "results": [
                 {"label": model.config.id2label[label.item()], "score": rounded(score)[0], "box": rounded(box)}
                 for score, label, box in zip(found["scores"], found["labels"], found["boxes"])
             ]}
        )
    return cases


@torch.no_grad()
def write_vectors(out: Path, models: Path) -> None:
    warnings.simplefilter("ignore")
    write(
        out / "seeing.json", "seeing",
        "Pictures are [width, height], RGB (4x, 4y, xy/4) modulo 256. preprocess: what AutoImageProcessor (Pillow's) of the config makes of one,"
        " each `every`-th number. The rest: models/tiny/seeing in torch, float32, by transformers' pipelines; boxes by"
        " post_process_object_detection, in pixels. detect_fixed: the same with this preprocessor config, for a graph of one size; `own` [height, width]"
        " is what the picture itself takes of it.",
        [*preprocessed(), *classified(models), *zero_shot(models), *detected(models), *detected_fixed(models)],
    )
