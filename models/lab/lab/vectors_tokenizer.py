"""Token ids of easel-mini's tokenizer as transformers computes them."""

from __future__ import annotations

import random
from pathlib import Path

from .prompts import random_prompt
from .things import load_things
from .tokenizer import load_tokenizer
from .vectors import write

ODD = (
    "", " ", "a", "a cat", "A CAT", "  a   cat  ", "a\tcat\non\r\na mat", "a cat", "a　cat", "cat's", "it's a dog's life, isn't it",
    "they'll we've I'd you're I'm", "1234567890", "3 cats", "v1.5", "½ ² ③ ٣ Ⅷ", "hello,world", "hello , world", "!!!", "...", "a-b_c", "(a cat:1.2)",
    "[red|blue]", "a|b", "\\(cat\\)", "<|startoftext|>", "<|endoftext|>", "a <|endoftext|> b", "<|startoftext|>cat<|endoftext|>", "<|x|>", "<b>cat</b>",
    "猫", "蓝色背景上的一只猫", "在红色背景上的苹果,好看", "，。！？", "猫cat狗dog", "猫 狗", "龍と猫", "고양이", "кошка", "γάτα", "قطة", "ä ö ü ß", "é", "é", "ﬁ", "İ", "ẞ",
    "ǅ", "Σίσυφος", "ΟΔΟΣ", "🐱", "🐱🐶", "🐱 on blue", "👩‍👩‍👧", "❤️", "🇨🇭", "a‍b", "zero​width", "\ufeffbom", "a b", "𝔠𝔞𝔱", "𠮷野家", "\x00nul", "tab\x0bvt\x0cff",
    "naïve café", "don’t", "“quoted”", "100%", "#hash @at", "a/b\\c", "C++", "e.g. a cat", "snake_case_word", "CamelCase", "supercalifragilisticexpialidocious",
    "x" * 300, "cat " * 100, "猫" * 100, "a red apple, " * 30, "\n", "\u0085next", "a cat", "a cat", "Ａｂｃ１２３", "²³¹", "𝟏𝟐", "௧௨", "′s 's ’s", "'S 'T 'RE", "'' '",
)


def write_vectors(out: Path, models: Path) -> None:
    tokenizer = load_tokenizer(models / "easel-mini/tokenizer")
    things, rng = load_things(), random.Random(11)
    texts = list(dict.fromkeys([*ODD, *(random_prompt(things, rng)[0] for _ in range(130))]))
    cases = [{"text": text, "ids": tokenizer(text).input_ids} for text in texts]
    padded = [
        {"text": text, "padded": tokenizer(text, padding="max_length", truncation=True, max_length=77).input_ids}
        for text in ("", "a cat", "cat " * 100)
    ]
    write(
        out / "tokenizer.json", "tokenizer",
        "`ids`: every token with start and end, not cut. `padded`: cut and padded to 77. Tokenizer: models/easel-mini/tokenizer.", cases + padded,
    )
