"""10,000 texts that try a tokenizer: many scripts, odd white space, control characters, very long ones.

Drawn from a seeded generator; the vectors hold the texts themselves, since another Python may draw
others. Only characters that Unicode 14 knows: a tokenizer's tables and a JavaScript engine's are
seldom of one version, and newer letters are parted differently.
"""

from __future__ import annotations

import random
import unicodedata

from .prompts import random_prompt
from .things import Thing

SPACES = [chr(c) for c in (9, 10, 11, 12, 13, 0x1C, 0x1F, 32, 0x85, 0xA0, 0x1680, 0x2000, 0x2003, 0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)]
INVISIBLE = [chr(c) for c in (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD, 0x34F, 0x61C, 0x200E, 0x202E, 0xFE0F, 0x180E)]
CONTROLS = [chr(c) for c in (*range(1, 9), *range(14, 32), *range(127, 160))] + ["\x00", "\ufffd", "\ue000", "\U0010fffd"]
PUNCTUATION = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + list("、。，！？「」“”‘’…—–·¿¡«»№§©®™°±×÷€£¥")
CONTRACTIONS = ["it's", "IT'S", "don't", "we've", "they're", "I'm", "I'LL", "he'd", "'s", "'tis", "''ve", "rock'n'roll", "o'clock", "’s", "s'", "y'all'd've"]
SPECIAL = ["<|startoftext|>", "<|endoftext|>", "<|StartOfText|>", "<|ENDOFTEXT|>", "<|endoftext|", "|endoftext|>", "<|startoftext|><|endoftext|>", "</w>", "!"]
EMOJI = [chr(c) for c in (*range(0x1F300, 0x1F650), *range(0x1F680, 0x1F6D8), *range(0x1F900, 0x1FA00), *range(0x2600, 0x27C0))]
JOINED = ["👩‍👩‍👧", "👨🏽‍🚀", "🏳️‍🌈", "❤️‍🔥", "🇨🇭", "🇯🇵", "🇺🇳🇪🇺", "1️⃣", "👍🏿", "🧑🏻‍🤝‍🧑🏾", "🐱‍👤", "☎️", "☎"]
SCRIPTS = {
    "latin": [(0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x1E00, 0x1EFF)], "greek": [(0x370, 0x3FF), (0x1F00, 0x1FFF)], "cyrillic": [(0x400, 0x52F)],
    "armenian": [(0x531, 0x586)], "hebrew": [(0x591, 0x5F4)], "arabic": [(0x600, 0x6FF), (0xFB50, 0xFDFF)], "devanagari": [(0x900, 0x97F)],
    "thai": [(0xE01, 0xE5B)], "georgian": [(0x10A0, 0x10FF), (0x1C90, 0x1CBF)], "hangul": [(0xAC00, 0xD7A3)], "jamo": [(0x1100, 0x11FF)],
    "kana": [(0x3041, 0x30FF), (0xFF66, 0xFF9F)], "wide": [(0xFF01, 0xFF5E)], "letterlike": [(0x2100, 0x218B), (0x2460, 0x24FF), (0x1D400, 0x1D7FF)],
    "cherokee": [(0x13A0, 0x13FD), (0xAB70, 0xABBF)], "deseret": [(0x10400, 0x1044F)],
}
COMBINING = [chr(c) for c in (*range(0x300, 0x316), 0x323, 0x327, 0x328, 0x345)]


def known(first: int, last: int) -> list[str]:
    return [chr(c) for c in range(first, last + 1) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]


LETTERS = {name: [letter for pair in ranges for letter in known(*pair)] for name, ranges in SCRIPTS.items()}
CHINESE = known(0x4E00, 0x9FFC)
RARE_CHINESE = known(0x20000, 0x2A6DD) + known(0xF900, 0xFAD9)
ANY = [letter for letter in known(1, 0x323AF) if unicodedata.category(letter) != "Co"]


class Draw:
    def __init__(self, things: list[Thing], seed: int):
        self.things, self.rng = things, random.Random(seed)
        names = (unicodedata.name(letter, "") for letter in ANY[::7])
        self.words = sorted({word.lower() for name in names for word in name.split() if word.isalpha()})

    def some(self, letters: list[str], low: int, high: int) -> str:
        return "".join(self.rng.choices(letters, k=self.rng.randint(low, high)))

    def english(self) -> str:
        if self.rng.random() < 0.2:
            return random_prompt(self.things, self.rng)[0]
        words = self.rng.choices(self.words, k=self.rng.randint(1, 9))
        cased = [self.rng.choice((str.lower, str.lower, str.title, str.upper))(word) for word in words]
        return "".join(word + self.rng.choice((" ", " ", " ", ", ", "-", ". ", "'s ", "! ", " (", ":1.2) ", "_")) for word in cased).strip()

    def chinese(self) -> str:
        text = self.some(CHINESE, 1, 10)
        if self.rng.random() < 0.3:
            text += self.rng.choice("，。！？、") + self.some(CHINESE, 1, 5)
        if self.rng.random() < 0.2:
            text += self.rng.choice(self.words) + self.some(RARE_CHINESE, 1, 2)
        return text

    def emoji(self) -> str:
        parts = [self.rng.choice((self.some(EMOJI, 1, 2), self.rng.choice(JOINED), self.rng.choice(self.words))) for _ in range(self.rng.randint(1, 4))]
        return self.rng.choice(("", " ")).join(parts)

    def accents(self) -> str:
        word = self.some(LETTERS["latin"], 1, 8)
        marked = "".join(letter + self.some(COMBINING, 0, 2) for letter in word)
        return self.rng.choice((word, marked, unicodedata.normalize("NFD", word), unicodedata.normalize("NFKC", marked)))

    def script(self) -> str:
        return " ".join(self.some(LETTERS[self.rng.choice(sorted(LETTERS))], 1, 7) for _ in range(self.rng.randint(1, 3)))

    def spaces(self) -> str:
        gap = lambda: self.some(SPACES + INVISIBLE, 0, 3)
        return gap() + "".join(self.rng.choice(self.words + ["猫", "é", ","]) + gap() for _ in range(self.rng.randint(0, 4)))

    def controls(self) -> str:
        return "".join(self.rng.choice((self.some(CONTROLS, 1, 3), self.rng.choice(self.words))) for _ in range(self.rng.randint(1, 4)))

    def marks(self) -> str:
        pieces = (lambda: self.some(PUNCTUATION, 1, 4), lambda: self.rng.choice(CONTRACTIONS), lambda: str(self.rng.randint(0, 99999)), lambda: self.rng.choice(self.words))
        return self.rng.choice(("", " ")).join(self.rng.choice(pieces)() for _ in range(self.rng.randint(1, 6)))

    def anything(self) -> str:
        return self.some(ANY, 1, 8)

    def special(self) -> str:
        return "".join(self.rng.choice((self.rng.choice(SPECIAL), self.rng.choice(self.words), " ", "İ")) for _ in range(self.rng.randint(1, 5)))

    def long(self) -> str:
        piece = self.rng.choice((self.english, self.chinese, self.emoji, self.marks, self.accents))()
        joint = self.rng.choice(("", " ", ", "))
        return joint.join([piece] * (self.rng.randint(1000, 10000) // (len(piece) + 1)))


SHARES = dict(english=3200, chinese=1500, emoji=900, accents=1100, script=1000, spaces=700, controls=400, marks=900, anything=200, special=70, long=30)


def draw_texts(things: list[Thing]) -> list[str]:
    """10,000 different texts; in each at most 10,000 characters."""
    draw = Draw(things, 2026)
    texts: dict[str, None] = {}
    for kind, count in SHARES.items():
        target = len(texts) + count
        while len(texts) < target:
            texts[getattr(draw, kind)()[:10000]] = None
    return list(texts)
