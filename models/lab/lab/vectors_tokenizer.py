"""Token ids as transformers' CLIPTokenizerFast computes them.

transformers 5 has one CLIP tokenizer: `CLIPTokenizer`, backed by the tokenizers library, is
`CLIPTokenizerFast` of the same name before.
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
import tempfile
from array import array
from pathlib import Path

from transformers import CLIPTokenizer, CLIPTokenizerFast

from .prompts import random_prompt
from .things import load_things
from .tokenizer import END, START, load_tokenizer, save_tokenizer
from .tokenizer_texts import draw_texts
from .vectors import made_by, write

assert CLIPTokenizer is CLIPTokenizerFast

ODD = (
    "", " ", "a", "a cat", "A CAT", "  a   cat  ", "a\tcat\non\r\na mat", "a cat", "a　cat", "cat's", "it's a dog's life, isn't it",
    "they'll we've I'd you're I'm", "1234567890", "3 cats", "v1.5", "½ ² ③ ٣ Ⅷ", "hello,world", "hello , world", "!!!", "...", "a-b_c", "(a cat:1.2)",
    "[red|blue]", "a|b", "\\(cat\\)", "<|startoftext|>", "<|endoftext|>", "a <|endoftext|> b", "<|startoftext|>cat<|endoftext|>", "<|x|>", "<b>cat</b>",
    "猫", "蓝色背景上的一只猫", "在红色背景上的苹果,好看", "，。！？", "猫cat狗dog", "猫 狗", "龍と猫", "고양이", "кошка", "γάτα", "قطة", "ä ö ü ß", "é", "é", "ﬁ", "İ", "ẞ",
    "ǅ", "Σίσυφος", "ΟΔΟΣ", "🐱", "🐱🐶", "🐱 on blue", "👩‍👩‍👧", "❤️", "🇨🇭", "a‍b", "zero​width", "\ufeffbom", "a b", "𝔠𝔞𝔱", "𠮷野家", "\x00nul", "tab\x0bvt\x0cff",
    "naïve café", "don’t", "“quoted”", "100%", "#hash @at", "a/b\\c", "C++", "e.g. a cat", "snake_case_word", "CamelCase", "supercalifragilisticexpialidocious",
    "x" * 300, "cat " * 100, "猫" * 100, "a red apple, " * 30, "\n", "\u0085next", "a cat", "a cat", "Ａｂｃ１２３", "²³¹", "𝟏𝟐", "௧௨", "′s 's ’s", "'S 'T 'RE", "'' '",
)

# Settings of special tokens that models come with, on easel-mini's vocabulary.
OBJECT = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
PUBLISHED = {
    # Stable Diffusion 1.5's: objects, matched after normalising, but for the padding token's plain name.
    "sd15": {"special_tokens_map.json": {"bos_token": {"content": START, **OBJECT}, "eos_token": {"content": END, **OBJECT}, "unk_token": {"content": END, **OBJECT}, "pad_token": END}},
    # Stable Diffusion 2.x and Turbo: pads with "!".
    "sd2": {"special_tokens_map.json": {"bos_token": {"content": START, **OBJECT}, "eos_token": {"content": END, **OBJECT}, "unk_token": {"content": END, **OBJECT}, "pad_token": "!"}},
    # SDXL's tokenizer_2: the tokens by id.
    "sdxl": {
        "tokenizer_config.json": {
            "added_tokens_decoder": {
                "0": {"content": "!", **OBJECT, "normalized": False, "special": True}, "2012": {"content": START, **OBJECT, "special": True},
                "2013": {"content": END, **OBJECT, "special": True},
            },
            "bos_token": START, "eos_token": END, "unk_token": END, "pad_token": "!", "tokenizer_class": "CLIPTokenizer",
        },
    },
}
SPECIAL_TEXTS = ("hello!", "hello ! a!!b", "a<|startoftext|>b", "a<|STARTOFTEXT|>b", "<|endoftext|>", "A <|EndOfText|> !B", "!", "wow!!!1!", "¡hola!")


def write_vectors(out: Path, models: Path) -> None:
    mini = models / "easel-mini/tokenizer"
    tokenizer = load_tokenizer(mini)
    things, rng = load_things(), random.Random(11)
    texts = list(dict.fromkeys([*ODD, *(random_prompt(things, rng)[0] for _ in range(130))]))
    cases = [{"text": text, "ids": tokenizer(text).input_ids} for text in texts]
    padded = [
        {"text": text, "padded": tokenizer(text, padding="max_length", truncation=True, max_length=77).input_ids}
        for text in ("", "a cat", "cat " * 100)
    ]
    write(
        out / "tokenizer.json", "tokenizer",
        "`ids`: every token with start and end, not cut. `padded`: cut and padded to 77. Tokenizer: models/easel-mini/tokenizer; with `files`:"
        " its vocabulary with these files in place of its own.", cases + padded + [case for files in PUBLISHED.values() for case in special_cases(mini, files)],
    )

    drawn = draw_texts(things)
    about = "Texts to be tokenized; tokenizer-ids-*.bin.gz holds for each the count of its ids, then the ids (without start and end), as 16-bit little-endian numbers."
    pack(out / "tokenizer-texts.json.gz", json.dumps({"about": about, "made_by": made_by("tokenizer"), "texts": drawn}, ensure_ascii=False).encode())
    pack(out / "tokenizer-ids-easel-mini.bin.gz", packed_ids(tokenizer, drawn))
    clip = models / "../../shared/data/clip/bpe_simple_vocab_16e6.txt.gz"
    if not clip.exists():
        print(f"left out: tokenizer-ids-clip.bin.gz, since {clip} is not here")
        return
    with tempfile.TemporaryDirectory() as folder:
        # CLIP's own merges: line 1 is a header, and it uses 49,152 - 256 - 2 of them.
        lines = gzip.open(clip, "rt", encoding="utf-8").read().split("\n")[1 : 49152 - 256 - 2 + 1]
        save_tokenizer(Path(folder), [tuple(line.split()) for line in lines])
        real = load_tokenizer(Path(folder))
        ids = packed_ids(real, drawn)
        # Written and read as one tokenizer.json the ids are the same.
        real.save_pretrained(Path(folder) / "json")
        assert (Path(folder) / "json/tokenizer.json").exists() and not (Path(folder) / "json/vocab.json").exists()
        assert packed_ids(load_tokenizer(Path(folder) / "json"), drawn) == ids
    pack(out / "tokenizer-ids-clip.bin.gz", ids)


def special_cases(mini: Path, files: dict[str, dict]) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("vocab.json", "merges.txt"):
            shutil.copy(mini / name, folder)
        for name, content in files.items():
            (Path(folder) / name).write_text(json.dumps(content))
        tokenizer = load_tokenizer(Path(folder))
        return [{"text": text, "files": files, "pad_id": tokenizer.pad_token_id, "ids": tokenizer(text).input_ids} for text in SPECIAL_TEXTS]


def packed_ids(tokenizer: CLIPTokenizer, texts: list[str]) -> bytes:
    numbers = array("H")
    for text in texts:
        ids = tokenizer(text, add_special_tokens=False).input_ids
        numbers.extend([len(ids), *ids])
    return numbers.tobytes()


def pack(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    print(path, path.stat().st_size)
