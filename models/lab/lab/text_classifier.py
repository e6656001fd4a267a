"""Trains the classifier of prompts: multinomial naive Bayes over TF-IDF, English and Chinese.

    python -m lab.text_classifier --data DATA [--out ../easel-eyes/text.json] [--figures ../easel-eyes/text-figures.json]

Categories are the nine Unicode groups of the captions, and "other" for texts that name nothing of them
(`other_texts.tsv`, and the meaningless prompts of `prompts.py`). The figures are of rows that a training of its own never
saw: a fifth of the captions, every word of them; what ships has learned from all.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import prompts
from .things import COLOURS, THINGS_FILE, load_things

OTHER = "other"
OTHER_FILE = Path(__file__).parent.parent / "other_texts.tsv"
NEXT_FILE = THINGS_FILE.with_name("things_next.tsv")
ALPHA = 0.1
LEAST = 3
"""A token of fewer training texts is left out."""
OTHER_PRIOR = 0.7
"""How much likelier a text is to be of no group than of a given one (log): it decides where no token is known."""

MANNERS = (", highly detailed", ", sharp focus", ", oil painting", ", low quality", ", cinematic", ", 8k", ", in the style of a poster", ", realistic")
MANNERS_ZH = ("，细节丰富", "，清晰", "，油画", "，简约风格", "，写实", "，低质量")
"""What is said of any picture: it decides no category."""

# The nine groups as Unicode names them, and what their keys are here.
GROUPS = {
    "Smileys & Emotion": "smileys", "People & Body": "people", "Animals & Nature": "nature", "Food & Drink": "food",
    "Travel & Places": "travel", "Activities": "activities", "Objects": "objects", "Symbols": "symbols", "Flags": "flags",
}
CATEGORIES = (*GROUPS.values(), OTHER)


def tokens(text: str) -> list[str]:
    """Words, pairs of words and the four-letter parts of words, < and > being their ends; Chinese characters, alone and in
    pairs; emoji and other signs, each alone."""
    text = unicodedata.normalize("NFKC", text).lower()
    found: list[str] = []
    words = re.findall(r"[a-z0-9]+", text)
    for word in words:
        found.append(word)
        ended = f"<{word}>"
        found += [ended[i : i + 4] for i in range(len(ended) - 3)]
    found += [f"{one} {two}" for one, two in zip(words, words[1:])]
    for run in re.findall(r"[\u3400-\u9fff]+", text):
        found += list(run)
        found += [run[i : i + 2] for i in range(len(run) - 1)]
    return found + re.findall(r"[\u2190-\u2bff\U0001f000-\U0001faff]", text)


@dataclass
class Classifier:
    """What ships: every number as it is in the file."""

    idf: dict[str, float]
    prior: list[float]  # log, by category
    likelihood: dict[str, list[float]]  # log, by category, less that of the token's best category: what they share says nothing

    def scores(self, text: str) -> np.ndarray:
        """[categories], sums to 1."""
        counts = Counter(token for token in tokens(text) if token in self.idf)
        weights = {token: count * self.idf[token] for token, count in counts.items()}
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        logs = np.array(self.prior)
        for token, weight in weights.items():
            logs = logs + weight / length * np.array(self.likelihood[token])
        shares = np.exp(logs - logs.max())
        return shares / shares.sum()

    def category(self, text: str) -> str:
        return CATEGORIES[int(self.scores(text).argmax())]


def train(samples: list[tuple[str, str]]) -> Classifier:
    """Texts with their categories -> the numbers of scikit-learn's TfidfVectorizer (smooth idf, l2) and MultinomialNB, rounded."""
    documents = [Counter(tokens(text)) for text, _ in samples]
    frequency = Counter(token for document in documents for token in document)
    kept = sorted(token for token, count in frequency.items() if count >= LEAST)
    idf = {token: round(math.log((1 + len(samples)) / (1 + frequency[token])) + 1, 2) for token in kept}
    mass = {token: np.zeros(len(CATEGORIES)) for token in kept}
    for document, (_, category) in zip(documents, samples):
        at = CATEGORIES.index(category)
        weights = {token: count * idf[token] for token, count in document.items() if token in idf}
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        for token, weight in weights.items():
            mass[token][at] += weight / length
    total = sum(mass.values()) + ALPHA * len(kept)
    likelihood = {token: np.log((mass[token] + ALPHA) / total) for token in kept}
    relative = {token: [round(value, 2) for value in (logs - logs.max()).tolist()] for token, logs in likelihood.items()}
    return Classifier(idf, [OTHER_PRIOR if category == OTHER else 0.0 for category in CATEGORIES], relative)


@dataclass
class Row:
    category: str
    emoji: str
    english: str
    chinese: str
    keywords_en: list[str]
    keywords_zh: list[str]
    drawn_en: tuple[str, ...] = ()  # the names of what can be drawn, where it can
    drawn_zh: tuple[str, ...] = ()


def load_rows(data: Path) -> list[Row]:
    drawn = {thing.file: (thing.english, thing.chinese) for path in (THINGS_FILE, NEXT_FILE) for thing in load_things(path)}
    with (data / "captions.tsv").open(encoding="utf-8", newline="") as file:
        return [
            Row(GROUPS[row["group"]], row["emoji"], row["name_en"], row["name_zh"], row["keywords_en"].split("|"), row["keywords_zh"].split("|"),
                *drawn.get(row["file"], ()))
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def load_other() -> list[tuple[str, str]]:
    """(language, text)."""
    with OTHER_FILE.open(encoding="utf-8", newline="") as file:
        return [(row["language"], row["text"]) for row in csv.DictReader(file, delimiter="\t")]


def prompt_en(name: str, rng: random.Random) -> str:
    template = rng.choice(prompts.ENGLISH_GROUND)
    x = ("an " if name[0] in "aeiou" else "a ") + name
    text = rng.choice(("", "", *prompts.ENGLISH_PREFIX)) + template.format(x=x, n=name, c=rng.choice(COLOURS).english[0])
    return text + rng.choice(("", "", *prompts.ENGLISH_SUFFIX, *MANNERS))


def prompt_zh(name: str, rng: random.Random) -> str:
    template = rng.choice((*prompts.CHINESE_GROUND, *prompts.CHINESE_PLAIN))
    text = template.format(x=rng.choice(prompts.CHINESE_MEASURE) + name, n=name, c=rng.choice(COLOURS).chinese[0])
    return text + rng.choice(("", "", *prompts.CHINESE_SUFFIX, *MANNERS_ZH))


def texts_of(row: Row, rng: random.Random) -> list[str]:
    shuffled_en, shuffled_zh = (rng.sample(words, len(words)) for words in (row.keywords_en, row.keywords_zh))
    return [
        row.english, row.chinese, " ".join(row.keywords_en), " ".join(row.keywords_zh), prompt_en(row.english, rng),
        prompt_zh(row.chinese, rng), " ".join(shuffled_en[:3]), "，".join(shuffled_zh[:3]), prompt_en(shuffled_en[0], rng),
        prompt_zh(shuffled_zh[0], rng), row.emoji, prompt_en(row.emoji, rng), prompt_zh(row.emoji, rng),
        # What can be drawn is asked for most: "a cat" is the animal, though nine smileys have a cat's face.
        *(text for name in row.drawn_en for text in (name, *(prompt_en(name, rng) for _ in range(3)))),
        *(text for name in row.drawn_zh for text in (name, *(prompt_zh(name, rng) for _ in range(3)))),
    ]


def samples_of(rows: list[Row], other: list[tuple[str, str]], rng: random.Random) -> list[tuple[str, str]]:
    made = [(text, row.category) for row in rows for text in texts_of(row, rng)]
    spoken = [text for _, text in other] + [text for text in prompts.MEANINGLESS if text]
    for text in spoken:
        made.append((text, OTHER))
        # The words of a ground say nothing of what stands on it.
        made.append((prompt_en(text, rng) if text.isascii() else prompt_zh(text, rng), OTHER))
    return made


def measure(classifier: Classifier, rows: list[Row], other: list[tuple[str, str]], rng: random.Random) -> dict:
    """Shares right, by the form of the text and by category."""
    forms: dict[str, list[tuple[str, str]]] = {
        "english_name": [(row.english, row.category) for row in rows],
        "chinese_name": [(row.chinese, row.category) for row in rows],
        "english_prompt": [(prompt_en(row.english, rng), row.category) for row in rows],
        "chinese_prompt": [(prompt_zh(row.chinese, rng), row.category) for row in rows],
        "english_keywords": [(" ".join(row.keywords_en), row.category) for row in rows],
        "chinese_keywords": [(" ".join(row.keywords_zh), row.category) for row in rows],
        "english_other": [(text, OTHER) for language, text in other if language == "en"],
        "chinese_other": [(text, OTHER) for language, text in other if language == "zh"],
    }
    right = {form: [classifier.category(text) == category for text, category in cases] for form, cases in forms.items()}
    by_category: dict[str, list[bool]] = {category: [] for category in CATEGORIES}
    for form, cases in forms.items():
        for (_, category), hit in zip(cases, right[form]):
            by_category[category].append(hit)
    return {
        "rows": len(rows), "texts": sum(map(len, right.values())),
        "right": {form: round(float(np.mean(hits)), 4) for form, hits in right.items()},
        "by_category": {category: round(float(np.mean(hits)), 4) for category, hits in by_category.items() if hits},
    }


def held_out(data: Path) -> dict:
    """Every fifth row, of a shuffled list, is kept from a training and asked for."""
    rows, other = load_rows(data), load_other()
    random.Random(11).shuffle(rows)
    random.Random(12).shuffle(other)
    classifier = train(samples_of([r for i, r in enumerate(rows) if i % 5], [o for i, o in enumerate(other) if i % 5], random.Random(13)))
    return measure(classifier, rows[::5], other[::5], random.Random(14))


def measure_drawn(classifier: Classifier, rows: list[Row], rng: random.Random) -> dict:
    """Shares right of fresh prompts for each thing in `things.tsv` and `things_next.tsv`, whose names it has learned."""
    english = [(prompt_en(name, rng), row.category) for row in rows for name in row.drawn_en]
    chinese = [(prompt_zh(name, rng), row.category) for row in rows for name in row.drawn_zh]
    return {
        language: {"prompts": len(cases), "right": round(float(np.mean([classifier.category(text) == category for text, category in cases])), 4)}
        for language, cases in (("english", english), ("chinese", chinese))
    }


def write_classifier(classifier: Classifier, path: Path) -> None:
    """A row a token: the token, its idf, and by category how far it lies behind the best one; in hundredths."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ",\n".join(
        json.dumps([token, *(round(-100 * value) for value in (-classifier.idf[token], *classifier.likelihood[token]))], ensure_ascii=False, separators=(",", ":"))
        for token in classifier.idf
    )
    head = json.dumps({"categories": CATEGORIES, "prior": classifier.prior}, separators=(",", ":"))[:-1]
    path.write_text(f'{head},"tokens":[\n{rows}\n]}}\n', encoding="utf-8")


def load_classifier(path: Path) -> Classifier:
    content = json.loads(path.read_text(encoding="utf-8"))
    idf = {token: numbers[0] / 100 for token, *numbers in content["tokens"]}
    return Classifier(idf, content["prior"], {token: [-value / 100 for value in numbers[1:]] for token, *numbers in content["tokens"]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("../easel-eyes/text.json"))
    parser.add_argument("--figures", type=Path, default=Path("../easel-eyes/text-figures.json"))
    args = parser.parse_args()
    rows = load_rows(args.data)
    write_classifier(train(samples_of(rows, load_other(), random.Random(15))), args.out)
    figures = held_out(args.data) | {"drawn": measure_drawn(load_classifier(args.out), rows, random.Random(16))}
    print(json.dumps(figures, indent=1))
    args.figures.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(args.out, args.out.stat().st_size)


if __name__ == "__main__":
    main()
