"""The language easel-mini is taught: prompts in English and Chinese for a thing on a ground."""

from __future__ import annotations

import random

from .things import COLOURS, DEFAULT_COLOUR, Colour, Thing

# {x} is the thing with its article or measure word, {n} the bare thing, {c} the ground's colour.
ENGLISH_PLAIN = ("{x}", "{n}")
ENGLISH_GROUND = (
    "{x} on a {c} background", "{x} on a {c} background", "{n} on a {c} background", "{x} on a {c} ground",
    "{x}, {c} background", "{n}, {c} background", "{n} {c} background", "on a {c} background, {x}",
    "{c} background, {x}", "{c} background, {n}", "{x} with a {c} background", "{x} against a {c} background",
    "{x} in front of a {c} background", "{x} in front of a {c} wall", "{x} on {c}", "{n} on {c}",
)
ENGLISH_PREFIX = (
    "a picture of ", "a drawing of ", "a painting of ", "a photo of ", "an image of ", "an icon of ", "an emoji of ",
    "an illustration of ", "draw ", "paint ", "please draw ",
)
ENGLISH_SUFFIX = (", high quality", ", flat illustration", ", cartoon", ", simple", ", emoji style", ", icon", ", cute", ".", "!")
ENGLISH_ADJECTIVES = ("cute", "little", "big", "small", "beautiful", "lovely", "simple", "happy", "nice")

CHINESE_PLAIN = ("{x}", "{n}", "{n}", "画{x}", "{x}的图画", "{n}的图片", "一张{n}的图片", "一幅{n}的画")
CHINESE_GROUND = (
    "{c}背景上的{x}", "{c}背景上的{x}", "{c}背景，{n}", "{c}背景,{x}", "{n}，{c}背景", "{x}，{c}背景", "{c}背景的{n}",
    "{c}背景下的{x}", "在{c}背景上的{x}", "{x}在{c}背景上", "{x}，背景是{c}", "{x}，背景是{c}的", "{c}的背景，{x}", "画{x}，{c}背景",
    "{c}背景 {n}", "{n} {c}背景", "{c}底的{n}", "{c}底，{n}",
)
CHINESE_MEASURE = ("一只", "一只", "一个", "一个", "一条", "一辆", "一朵", "一棵", "一头", "一把", "一件", "一块", "一架", "一艘", "两只", "两个", "三个")
CHINESE_ADJECTIVES = ("可爱的", "小小的", "大大的", "漂亮的", "美丽的", "简单的")
CHINESE_SUFFIX = ("，卡通", "，高质量", "，简单", "，可爱", "。", "！")

MEANINGLESS = (
    "", "", "", "blurry", "ugly", "low quality", "worst quality, blurry", "bad", "text, watermark", "deformed, ugly, blurry",
    "模糊", "低质量", "丑", "a thing", "something", "hello world", "asdf", "1234",
)
"""Prompts that name nothing (negative prompts among them): taught as the unconditional."""


def emoji_of(thing: Thing) -> str:
    return "".join(chr(int(code, 16)) for code in thing.file[len("emoji_u") : -len(".svg")].split("_"))


def _article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeiou" else noun + "s"


def _english(thing: Thing, colour: Colour | None, rng: random.Random) -> str:
    noun = rng.choice((thing.label, rng.choice(thing.english)))
    roll = rng.random()
    if roll < 0.15 and thing.own_colour and thing.own_colour not in noun:
        noun = f"{thing.own_colour} {noun}"
    elif roll < 0.21:  # A colour it does not have: ignored, but never taken for the ground's.
        noun = f"{rng.choice(COLOURS).label} {noun}"
    if rng.random() < 0.12:
        noun = f"{rng.choice(ENGLISH_ADJECTIVES)} {noun}"
    template = rng.choice(ENGLISH_GROUND if colour else ENGLISH_PLAIN)
    x = rng.choice((_article(noun), _article(noun), f"one {noun}", f"the {noun}"))
    if rng.random() < 0.06:  # It draws one all the same, but should know the word.
        noun = _plural(noun)
        x = rng.choice(("", "some ", "two ", "three ")) + noun
    text = template.format(x=x, n=noun, c=rng.choice(colour.english) if colour else "").replace(" a orange", " an orange")
    if rng.random() < 0.15 and not text.startswith("on "):
        text = rng.choice(ENGLISH_PREFIX) + text
    if rng.random() < 0.12:
        text += rng.choice(ENGLISH_SUFFIX)
    return text


def _chinese(thing: Thing, colour: Colour | None, rng: random.Random) -> str:
    noun = rng.choice((thing.chinese[0], rng.choice(thing.chinese)))
    by_english = {known.label: known for known in COLOURS}
    roll = rng.random()
    if roll < 0.15 and thing.own_colour:
        noun = rng.choice(by_english[thing.own_colour].chinese[:1]) + rng.choice(("的", "")) + noun
    elif roll < 0.21:
        noun = rng.choice(COLOURS).chinese[0] + "的" + noun
    if rng.random() < 0.12:
        noun = rng.choice(CHINESE_ADJECTIVES) + noun
    template = rng.choice(CHINESE_GROUND if colour else CHINESE_PLAIN)
    name = rng.choice((colour.chinese[0], rng.choice(colour.chinese))) if colour else ""
    x = rng.choice((rng.choice(CHINESE_MEASURE) + noun, noun))
    text = template.format(x=x, n=noun, c=name)
    if rng.random() < 0.1:
        text += rng.choice(CHINESE_SUFFIX)
    return text


def write_prompt(thing: Thing, colour: int | None, rng: random.Random) -> str:
    """One prompt for `thing` on the ground `colour` (an index into COLOURS; None names no ground)."""
    ground = None if colour is None else COLOURS[colour]
    roll = rng.random()
    if roll < 0.03:
        return emoji_of(thing) if ground is None else f"{emoji_of(thing)} {rng.choice((ground.label + ' background', ground.chinese[0] + '背景'))}"
    return _english(thing, ground, rng) if roll < 0.53 else _chinese(thing, ground, rng)


def random_prompt(things: list[Thing], rng: random.Random, thing: int | None = None) -> tuple[str, int, int]:
    """(prompt, thing, colour). A fifth of the prompts name no ground and mean the default one."""
    thing = rng.randrange(len(things)) if thing is None else thing
    colour = None if rng.random() < 0.2 else rng.randrange(len(COLOURS))
    return write_prompt(things[thing], colour, rng), thing, DEFAULT_COLOUR if colour is None else colour
