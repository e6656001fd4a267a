"""Makes `models/tiny/seeing`: classifiers, a CLIP and detectors of random weights in the Hugging Face layout, for tests.

    python -m lab.tiny_seeing [--out ../tiny/seeing]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import (
    CLIPConfig, CLIPModel, ConditionalDetrConfig, ConditionalDetrForObjectDetection, DetrConfig, DetrForObjectDetection, ResNetConfig, ResNetForImageClassification, ViTConfig,
    ViTForImageClassification, YolosConfig, YolosForObjectDetection,
)

from .export import write_graph, write_json
from .eyes_export import write_eyes
from .eyes_model import Eyes
from .things import load_things
from .tiny_parts import spread
from .tokenizer import load_tokenizer

NAMES = ("apple", "bell", "cat", "dog", "egg", "fox", "guitar", "house", "island", "jar", "kite")
OPENAI = {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}


def labels(count: int) -> dict:
    return {"id2label": {i: NAMES[i] for i in range(count)}, "label2id": {NAMES[i]: i for i in range(count)}}


@dataclass
class Tiny:
    model: torch.nn.Module
    graph: torch.nn.Module
    inputs: dict[str, torch.Tensor]
    outputs: list[str]
    axes: dict[str, dict[int, str]]
    preprocessor: dict
    file: str = "onnx/model.onnx"


class Answers(torch.nn.Module):
    """A model of transformers as positional inputs and the outputs of these names."""

    def __init__(self, model: torch.nn.Module, inputs: list[str], outputs: list[str]):
        super().__init__()
        self.model, self.inputs, self.outputs = model, inputs, outputs

    def forward(self, first: torch.Tensor, second: torch.Tensor | None = None, third: torch.Tensor | None = None) -> tuple[torch.Tensor, ...]:
        answer = self.model(**dict(zip(self.inputs, (first, second, third))))
        return tuple(answer[name] for name in self.outputs)


def plain(config):
    config._attn_implementation = "eager"
    return config


def answers(model: torch.nn.Module, inputs: dict, outputs: list[str], axes: dict, preprocessor: dict, **more) -> Tiny:
    return Tiny(model, Answers(model, list(inputs), outputs), inputs, outputs, axes, preprocessor, **more)


def vit() -> Tiny:
    config = ViTConfig(
        image_size=32, patch_size=8, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, **labels(11),
    )
    model = spread(ViTForImageClassification(plain(config)), "seeing vit", "classifier", 4)
    return answers(
        model, {"pixel_values": torch.randn(2, 3, 32, 32)}, ["logits"], {"pixel_values": {0: "batch"}},
        {"image_processor_type": "ViTImageProcessor", "do_resize": True, "do_rescale": True, "do_normalize": True, "rescale_factor": 1 / 255,
         "resample": 2, "size": {"height": 32, "width": 32}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3},
    )


def resnet() -> Tiny:
    """Convolutions alone, the preprocessor that ResNet and ConvNeXT share, sigmoids for several labels at once, float16 weights."""
    config = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", problem_type="multi_label_classification", **labels(7),
    )
    model = spread(ResNetForImageClassification(config), "seeing resnet")
    return answers(
        model, {"pixel_values": torch.randn(2, 3, 48, 48)}, ["logits"], {"pixel_values": {0: "batch"}},
        {"feature_extractor_type": "ConvNextFeatureExtractor", "crop_pct": 0.875, "do_normalize": True, "do_resize": True, "resample": 3,
         "size": 48, **IMAGENET},
        file="model.onnx",
    )


def clip(tokenizer: Path) -> Tiny:
    vocabulary = len(load_tokenizer(tokenizer))
    config = CLIPConfig(
        text_config=dict(
            vocab_size=vocabulary, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
            max_position_embeddings=77, bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1, pad_token_id=vocabulary - 1,
        ),
        vision_config=dict(image_size=32, patch_size=8, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2),
        projection_dim=16,
    )
    for part in (config, config.text_config, config.vision_config):
        plain(part)
    model = spread(CLIPModel(config), "seeing clip")
    model.logit_scale.data.fill_(2.0)
    ids = torch.randint(0, vocabulary - 2, (3, 9))
    ids[:, 0], ids[:, -1] = vocabulary - 2, vocabulary - 1
    inputs = {"input_ids": ids, "pixel_values": torch.randn(2, 3, 32, 32), "attention_mask": torch.ones_like(ids)}
    text = {0: "text_batch", 1: "sequence"}
    return answers(
        model, inputs, ["logits_per_image", "logits_per_text", "text_embeds", "image_embeds"],
        {"input_ids": text, "pixel_values": {0: "image_batch"}, "attention_mask": text},
        {"feature_extractor_type": "CLIPFeatureExtractor", "do_center_crop": True, "do_normalize": True, "do_resize": True, "resample": 3,
         "size": 32, "crop_size": 32, **OPENAI},
    )


def detr() -> Tiny:
    config = DetrConfig(
        use_timm_backbone=False, use_pretrained_backbone=False, backbone=None,
        backbone_config=ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", out_features=["stage2"]),
        d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, num_queries=9, **labels(5),
    )
    model = spread(DetrForObjectDetection(plain(config)), "seeing detr", "class_labels_classifier", 3)
    inputs = {"pixel_values": torch.randn(1, 3, 48, 64), "pixel_mask": torch.ones(1, 48, 64, dtype=torch.int64)}
    return answers(
        model, inputs, ["logits", "pred_boxes"], {},
        {"feature_extractor_type": "DetrFeatureExtractor", "do_normalize": True, "do_resize": True, "format": "coco_detection", "size": 48,
         "max_size": 64, **IMAGENET},
    )


def conditional_detr() -> Tiny:
    """Scores are a sigmoid for each label, none of which means no thing."""
    config = ConditionalDetrConfig(
        use_timm_backbone=False, use_pretrained_backbone=False, backbone=None,
        backbone_config=ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic", out_features=["stage2"]),
        d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=32,
        decoder_ffn_dim=32, num_queries=8, **labels(5),
    )
    model = spread(ConditionalDetrForObjectDetection(plain(config)), "seeing conditional detr")
    model.model.query_position_embeddings.weight.data *= 8  # The queries are to differ: equal scores have no order.
    inputs = {"pixel_values": torch.randn(1, 3, 48, 64), "pixel_mask": torch.ones(1, 48, 64, dtype=torch.int64)}
    return answers(
        model, inputs, ["logits", "pred_boxes"], {},
        {"image_processor_type": "ConditionalDetrImageProcessor", "do_normalize": True, "do_pad": True, "do_rescale": True, "do_resize": True,
         "resample": 2, "rescale_factor": 1 / 255, "size": {"shortest_edge": 48, "longest_edge": 64}, **IMAGENET},
    )


def yolos() -> Tiny:
    config = YolosConfig(
        image_size=[32, 48], patch_size=8, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        num_detection_tokens=6, **labels(4),
    )
    model = spread(YolosForObjectDetection(plain(config)), "seeing yolos", "class_labels_classifier", 3)
    return answers(
        model, {"pixel_values": torch.randn(1, 3, 32, 48)}, ["logits", "pred_boxes"], {},
        {"image_processor_type": "YolosImageProcessor", "do_normalize": True, "do_pad": True, "do_rescale": True, "do_resize": True,
         "resample": 2, "rescale_factor": 1 / 255, "size": {"height": 32, "width": 48}, **IMAGENET},
    )


TOKENIZER = Path("../tiny/sd/tokenizer")
MAKERS = {"vit": vit, "resnet": resnet, "clip": lambda: clip(TOKENIZER), "detr": detr, "conditional_detr": conditional_detr, "yolos": yolos}


def eyes() -> Eyes:
    """easel-eyes' own shape, a few thousand parameters; it finds things that are not there."""
    model = spread(Eyes(7, widths=(4, 6, 8, 8, 12), head=8, mask=8), "seeing eyes")
    for name, parameter in model.named_parameters():
        if parameter.ndim > 1:  # ReLU halves what comes in; the middles are to stay near.
            parameter.data = (parameter.data * (0.1 if name.startswith("mask.1") else 1.5)).half().float()
        elif name.endswith("weight"):  # A batch norm's.
            parameter.data += 1
    model.edges.bias.data -= 1.5
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("../tiny/seeing"))
    parser.add_argument("--only", default=",".join([*MAKERS, "eyes"]))
    args = parser.parse_args()
    for name in args.only.split(","):
        if name == "eyes":
            write_eyes(eyes(), load_things()[:7], args.out / name)
            continue
        torch.manual_seed(0)
        folder, tiny = args.out / name, MAKERS[name]()
        write_graph(tiny.graph, tiny.inputs, tiny.outputs, tiny.axes, folder / tiny.file, half=name == "resnet")
        config = json.loads(tiny.model.config.to_json_string())
        write_json(folder / "config.json", config | {"architectures": [type(tiny.model).__name__]})
        write_json(folder / "preprocessor_config.json", tiny.preprocessor)
        if name == "clip":
            for file in ("vocab.json", "merges.txt"):
                (folder / file).write_bytes((TOKENIZER / file).read_bytes())
        print(name, sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()), flush=True)
    (args.out / "README.md").write_text(README, encoding="utf-8")


README = """# Models that see, random

Random weights in the Hugging Face layout (`config.json`, `preprocessor_config.json`, an ONNX graph): two
classifiers, a CLIP and two detectors, and easel-eyes in its own, for tests. Made by `python -m lab.tiny_seeing` in `models/lab`; the
same command makes the same numbers. Apache-2.0, trained on nothing.
"""

if __name__ == "__main__":
    main()
