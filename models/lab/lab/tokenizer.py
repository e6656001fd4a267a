"""A byte-level BPE vocabulary in CLIP's format, learned from prompts.

The layout is that of OpenAI's CLIP (`simple_tokenizer.py`): 256 byte symbols, the same with `</w>`,
one token a merge, `<|startoftext|>`, `<|endoftext|>`. Merges are learned by Sennrich et al.'s
algorithm (arXiv:1508.07909): the most frequent neighbouring pair becomes one symbol.
"""

from __future__ import annotations

import collections
import json
import random
from pathlib import Path

import regex
from transformers import CLIPTokenizer

from .prompts import CHINESE_MEASURE, random_prompt
from .things import COLOURS, Thing

START, END = "<|startoftext|>", "<|endoftext|>"
WORDS = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.IGNORECASE)


def byte_symbols() -> dict[int, str]:
    """GPT-2's printable stand-in for each byte, in the order of CLIP's vocabulary."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    symbols = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in symbols:
            symbols[byte] = chr(256 + len(symbols) - len(printable))
    return symbols


def learn_merges(words: collections.Counter[str], count: int) -> list[tuple[str, str]]:
    symbols = byte_symbols()
    spelled = {}
    for word in words:
        letters = [symbols[byte] for byte in word.encode()]
        letters[-1] += "</w>"
        spelled[word] = letters
    merges: list[tuple[str, str]] = []
    while len(merges) < count:
        pairs: collections.Counter[tuple[str, str]] = collections.Counter()
        for word, letters in spelled.items():
            for pair in zip(letters, letters[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best, frequency = max(pairs.items(), key=lambda item: (item[1], item[0]))
        if frequency < 2:
            break
        merges.append(best)
        for letters in spelled.values():
            i = 0
            while i < len(letters) - 1:
                if (letters[i], letters[i + 1]) == best:
                    letters[i : i + 2] = [letters[i] + letters[i + 1]]
                i += 1
    return merges


def corpus(things: list[Thing], prompts: int) -> collections.Counter[str]:
    """Words of random prompts; every name and colour is added alone, so that none is spelled out."""
    rng = random.Random(3)
    words: collections.Counter[str] = collections.Counter()
    for _ in range(prompts):
        words.update(WORDS.findall(random_prompt(things, rng)[0].lower()))
    for thing in things:
        for name in thing.english + thing.chinese:
            for word in WORDS.findall(name):
                words[word] += 40
    for name in [name for colour in COLOURS for name in colour.chinese] + list(CHINESE_MEASURE):
        words[name] += 200
    return words


def save_tokenizer(folder: Path, merges: list[tuple[str, str]]) -> None:
    """Writes vocab.json, merges.txt, tokenizer_config.json and special_tokens_map.json."""
    symbols = list(byte_symbols().values())
    tokens = symbols + [symbol + "</w>" for symbol in symbols] + ["".join(pair) for pair in merges] + [START, END]
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    if len(vocabulary) != len(tokens):
        raise ValueError("two merges spell the same token")
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    special = {"bos_token": START, "eos_token": END, "pad_token": END, "unk_token": END}
    settings = {
        "tokenizer_class": "CLIPTokenizer", "add_prefix_space": False, "do_lower_case": True, "errors": "replace",
        "model_max_length": 77, **special,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")


def load_tokenizer(folder: Path) -> CLIPTokenizer:
    return CLIPTokenizer.from_pretrained(str(folder))


def train_tokenizer(things: list[Thing], folder: Path, merges: int = 1500, prompts: int = 6000) -> CLIPTokenizer:
    save_tokenizer(folder, learn_merges(corpus(things, prompts), merges))
    return load_tokenizer(folder)
