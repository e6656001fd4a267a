"""What prompts with syntax say at each step, their token chunks, weights and embeddings, and what is drawn by them."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import torch
from transformers import CLIPTokenizer

from .draw import OnnxPipeline
from .prompt_reference import chunks, embed, emphasise, said, subprompts, weighted
from .restore import load_restored, read_weights
from .text import encode_ids
from .tiny import build_tiny
from .tokenizer import load_tokenizer
from .vectors import rounded, write

WORDS = "cat dog red blue apple tree"
LONG = ", ".join(["a red apple", "two blue cats", "a green tree"] * 9)
# Prompt, negative prompt, steps; each with its embeddings on models/tiny/sd.
WRITTEN = (
    ("a cat", "", 4), ("", "", 1), ("a (red) apple", "", 1), ("a [red] apple", "", 1), ("(((red))) [[apple]]", "", 1), ("(red:1.5) (blue:0.5) apple", "", 1),
    ("(a (red:2) apple:0.7) tree", "(blurry:1.3)", 2), ("(red:-1) apple", "", 1), ("(red:0) apple", "", 1), ("\\(red\\) \\[apple\\] \\\\ (a\\:1.2)", "", 1),
    ("unclosed (red [apple", "", 1), ("stray ) red ] apple:1.5)", "", 1), ("(a [b) c] d", "", 1), ("a red apple BREAK a blue (tree:1.2)", "a dog", 2),
    (LONG, "a dog", 1), (f"({LONG}:1.1)", LONG + " BREAK red", 1), ("red " * 90, "", 1), ("BREAK a BREAK BREAK b BREAK", "", 1),
    ("a [cat:dog:2] on red", "blue", 4), ("a [dog:.5]", "[red::3]", 8), ("a [red::0.25] apple", "", 8), ("[cat|dog|] tree", "[red|blue]", 7),
    ("a [cat:[dog|(apple:1.4)]:3] (x:[1.1:1.6:5])", "", 8), ("a cat AND a dog", "red", 2), ("a cat :1.2 AND a [dog:tree:1]:-0.4 AND (apple:1.5)", "blue AND red", 3),
    (f"a [cat:{LONG}:2] AND red", "blue", 3), ("蓝色背景上的[猫|狗] AND 一棵(树:1.3) :0.8", "红色", 2), ("rock \\AND roll A\\ND BRE\\AK", "", 1), ("[a:b:c:3] [a|b:2] [a:b]", "", 3),
)
# The same on models/easel-mini.
ON_MINI = (("a (red:1.4) apple on a [blue:green:2] background", "", 3), ("a cat AND a (dog:0.6) :0.7", "blurry", 1))
PIECES = [*WORDS.split(), " ", " ", ", ", "(", ")", "[", "]", ":", "|", ":1.3)", ":.5]", ":2]", "::3]", " AND ", " BREAK ", "\\", "\\(", "\\]", ":2", " :0.5", "猫", "é", "\n", "AND", "_"]
GROWN = 160
# Few steps: WebGPU without a GPU draws them too. Strong weights: the tiny model's random weights hear little of a prompt.
DRAWN = (
    dict(prompt="[(a red cat:4):(dogs and apples:-4) blue tree:1] [(red:3)|(blue:-3)] BREAK tree", negative_prompt="[(green:5)::.5] (blurry:4)", seed=7, num_steps=3, guidance_scale=30.0, scheduler="euler_ancestral"),
    dict(prompt="(a cat:4) :1.2 AND (a dog:-4) :-0.3 AND [(red:4):(blue:-4):1]", negative_prompt="(green:4)", seed=3, num_steps=3, guidance_scale=12.0, scheduler="pndm"),
    dict(prompt="(a cat:4) AND (a dog:-4)", negative_prompt="(green:4)", seed=3, num_steps=2, guidance_scale=1.0, scheduler="ddim"),
    dict(prompt="(a cat:4) :0.25 AND [(a dog:4)|(an apple:-4)] :0.75", negative_prompt="green", seed=5, num_steps=2, guidance_scale=0.0, scheduler="heun"),
)


def read(prompt: str, negative: str, steps: int, guided: bool, tokenizer: CLIPTokenizer) -> dict:
    """`texts`: their chunks; `steps`: for each, [number of the text, weight] of the prompts, and of the negative prompt."""
    parts = subprompts(prompt)
    needs_negative = guided or abs(sum(weight for _, weight in parts) - 1) > 1e-9
    texts: list[str] = []

    def number(text: str) -> int:
        if text not in texts:
            texts.append(text)
        return texts.index(text)

    table = [
        {
            "prompts": [[number(said(text, step, steps)), weight] for text, weight in parts],
            "negative": number(said(negative, step, steps)) if needs_negative else None,
        }
        for step in range(steps)
    ]
    return {"texts": [chunks(weighted(text), tokenizer) for text in texts], "steps": table}


def packed(filled: list[list[tuple[int, float]]]) -> list[dict]:
    return [{"ids": [token for token, _ in chunk], "weights": [round(weight, 9) for _, weight in chunk]} for chunk in filled]


def grow(rng: random.Random) -> str:
    """Any string of pieces of syntax; half of them well-formed."""

    def whole(depth: int) -> str:
        part = lambda: whole(depth - 1) if depth > 0 else rng.choice(WORDS.split())
        kinds = (
            lambda: rng.choice(WORDS.split()), lambda: f"({part()})", lambda: f"[{part()}]", lambda: f"({part()}:{rng.choice((0.5, 1.25, 2))})",
            lambda: f"[{part()}:{part()}:{rng.choice((1, 2, 3, .3, .5, .75))}]", lambda: f"[{part()}::{rng.randint(0, 4)}]", lambda: f"[{part()}:{rng.randint(0, 4)}]",
            lambda: f"[{part()}|{part()}]", lambda: f"[{part()}||{part()}]", lambda: f"{part()} {part()}", lambda: f"{part()}, {part()}",
        )
        return rng.choice(kinds)()

    if rng.random() < 0.5:
        return "".join(rng.choices(PIECES, k=rng.randint(1, 14)))
    return rng.choice((" ", " BREAK ", " AND ", " :1.5 AND ")).join(whole(3) for _ in range(rng.randint(1, 3)))


def with_states(case: dict, count: int, tokenizer: CLIPTokenizer, encoder: torch.nn.Module) -> list:
    """A few rows of each text's states: [number of the text, chunk, row, values]."""
    rows = []
    for which, filled in enumerate(case["texts"]):
        for chunk, states in enumerate(embed(filled, count, tokenizer, encoder)):
            length = len(filled[chunk]) if chunk < len(filled) else 0
            rows += [[which, chunk, row, rounded(states[row])] for row in sorted({1, min(3, length + 1), length + 1, 76})]
    return rows


def write_vectors(out: Path, models: Path) -> None:
    tiny = models / "tiny/sd"
    tokenizer = load_tokenizer(tiny / "tokenizer")
    pipeline = OnnxPipeline(tiny)
    encoder = build_tiny(len(tokenizer))[0]
    # The file's weights are rounded to float16; biases and norms, all 0 or 1, it holds once under other names.
    own = encoder.state_dict()
    weights = {name: values.reshape(own[name].shape) for name, values in read_weights(tiny / "text_encoder/model.onnx").items() if name in own}
    encoder.load_state_dict(weights, strict=False)
    exported = torch.from_numpy(pipeline.encode(["a cat"]))
    torch.testing.assert_close(encoder(encode_ids(tokenizer, ["a cat"])).last_hidden_state.detach(), exported, rtol=0, atol=1e-5)
    mini_tokenizer, mini = load_tokenizer(models / "easel-mini/tokenizer"), load_restored(models / "easel-mini")[0]
    rng = random.Random(12)
    inputs = [(*case, 5.0, "tiny/sd") for case in WRITTEN] + [(*case, 5.0, "easel-mini") for case in ON_MINI]
    inputs += [(grow(rng), grow(rng), rng.randint(1, 6), rng.choice((1.0, 5.0)), None) for _ in range(GROWN)]
    cases = []
    for prompt, negative, steps, guidance, model in inputs:
        own = mini_tokenizer if model == "easel-mini" else tokenizer
        case = read(prompt, negative, steps, guidance > 1, own)
        count = max(len(filled) for filled in case["texts"])
        row = {"prompt": prompt, "negative_prompt": negative, "num_steps": steps, "guidance_scale": guidance, "chunks": count}
        row |= {"texts": [packed(filled) for filled in case["texts"]], "steps": case["steps"]}
        if model is not None:
            row |= {"model": model, "rows": with_states(case, count, own, mini if model == "easel-mini" else encoder)}
        cases.append(row)
    write(
        out / "prompt.json", "prompt",
        "`texts`: of what the prompts say at some step, the tokens of each chunk with their weights (models/tiny/sd's tokenizer, or `model`'s), without start, end"
        " and padding, nor the empty chunks that fill up to `chunks`. `steps`: [number of the text, weight] of the prompts, number of the negative one or null."
        " `rows`: [text, chunk, row, values] of the text encoder's states in torch, after emphasis. The syntax is read by prompt_reference.py.", cases,
    )
    write_drawings(out, pipeline, tokenizer, encoder)
    write_emphasis(out)


def write_emphasis(out: Path) -> None:
    """Emphasis by itself: states with a mean like CLIP's (some -0.1), and with next to none."""
    cases = []
    for seed, shift in ((1, -0.1), (2, 0.3), (3, -0.02), (4, 0.0)):
        rng = random.Random(seed)
        weights = [1.0, *(rng.choice((0.5, 1 / 1.1, 1.1, 1.4, 2.0, -1.0)) for _ in range(30)), *([1.0] * 46)]
        states = torch.randn(77, 24, generator=torch.Generator().manual_seed(seed)) + shift
        result = emphasise(states.double(), torch.tensor(weights, dtype=torch.float64))
        cases.append({"seed": seed, "shift": shift, "weights": weights, "rows": [[row, rounded(result[row])] for row in (0, 1, 17, 30, 76)]})
    write(
        out / "emphasis.json", "prompt",
        "torch.randn(77, 24) of the seed plus `shift`, as a text encoder's states; `rows`: [row, values] after emphasis with the weights, in float64.", cases,
    )


def draw(drawing: dict, steps: list[dict], states: list[np.ndarray], pipeline: OnnxPipeline) -> np.ndarray:
    """RGB rows 0, 32 and 63, 0..255: each prompt is run for itself."""
    count, scale = drawing["num_steps"], max(drawing["guidance_scale"], 1.0)
    sampler = pipeline.scheduler(drawing["scheduler"])
    sampler.set_timesteps(count)
    generator = torch.Generator().manual_seed(drawing["seed"])
    x = torch.randn((1, 4, 8, 8), generator=generator) * sampler.init_noise_sigma
    takes_noise = "generator" in sampler.step.__code__.co_varnames

    def predicted(fed: torch.Tensor, t: torch.Tensor, text: int) -> torch.Tensor:
        feeds = {"sample": fed.numpy().astype(np.float32), "timestep": np.array([int(t)], np.int64), "encoder_hidden_states": states[text]}
        return torch.from_numpy(pipeline.sessions["unet"].run(None, feeds)[0])

    for index, t in enumerate(sampler.timesteps):
        step = steps[index * count // len(sampler.timesteps)]
        fed = sampler.scale_model_input(x, t)
        # negative + scale * sum of weight * (prompt - negative); without it, where the weights add up to 1 and the scale is 1.
        if step["negative"] is None:
            answer = sum(weight * predicted(fed, t, text) for text, weight in step["prompts"])
        else:
            without = predicted(fed, t, step["negative"])
            answer = without + scale * sum(weight * (predicted(fed, t, text) - without) for text, weight in step["prompts"])
        x = sampler.step(answer, t, x, **({"generator": generator} if takes_noise else {})).prev_sample
    return (pipeline.decode(x)[0] * 255).round().astype("uint8")[[0, 32, 63]]


def write_drawings(out: Path, pipeline: OnnxPipeline, tokenizer: CLIPTokenizer, encoder: torch.nn.Module) -> None:
    cases = []
    for drawing in DRAWN:
        case = read(drawing["prompt"], drawing["negative_prompt"], drawing["num_steps"], drawing["guidance_scale"] > 1, tokenizer)
        count = max(len(filled) for filled in case["texts"])
        states = [torch.cat(embed(filled, count, tokenizer, encoder)).float().numpy()[None] for filled in case["texts"]]
        steps = case["steps"]
        rows = draw(drawing, steps, states, pipeline)
        # A picture that looks the same without the syntax proves nothing.
        frozen = [steps[0]] * len(steps)
        first = [{**step, "prompts": step["prompts"][:1]} for step in steps]
        alike = [draw(drawing, other, states, pipeline) for other in (frozen, first) if other != steps]
        assert any(np.abs(rows.astype(int) - other).max() >= 8 for other in alike), drawing["prompt"]
        cases.append({**drawing, "prompt_syntax": "a1111", "pixels_rows_0_32_63": rows.reshape(-1).tolist()})
    write(
        out / "prompt-drawings.json", "prompt",
        "models/tiny/sd drawn by prompts with syntax: the text encoder in torch, the denoiser and decoder by onnxruntime, each prompt for itself, guidance and"
        " AND by their formula, diffusers' schedulers; pixels: RGB rows 0, 32 and 63 of the 64 x 64 picture, 0..255, rounded.", cases,
    )
