"""The prompt syntax by its definition, for the core to be tested against: slow, and written apart from it.

The grammar is AUTOMATIC1111's as documented: `(x)` `[x]` `(x:1.3)`, `BREAK`, `[from:to:when]`,
`[a|b]`, `AND` with weights. A prompt becomes for each step its texts with weights, a text its tokens
with weights in chunks of 75, and chunks the encoder's states with emphasis.
"""

from __future__ import annotations

import re

import torch
from transformers import CLIPTokenizer

NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
WHEN = re.compile(NUMBER + r"(?:[eE][+-]?\d+)?")
CHUNK, WINDOW = 75, 20
BREAK = object()


def escaped(text: str) -> list[bool]:
    """For each character, whether a backslash before it makes it a plain one."""
    flags, after = [], False
    for letter in text:
        flags.append(after)
        after = letter == "\\" and not after
    return flags


def word_at(text: str, word: str) -> list[int]:
    """Where the word stands alone and is not escaped."""
    flags = escaped(text)
    part_of_word = lambda letter: letter.isalnum() or letter == "_"
    found = []
    for i in range(len(text) - len(word) + 1):
        end = i + len(word)
        alone = (i == 0 or not part_of_word(text[i - 1])) and (end == len(text) or not part_of_word(text[end]))
        if text[i:end] == word and alone and not flags[i]:
            found.append(i)
    return found


def subprompts(prompt: str) -> list[tuple[str, float]]:
    ends = word_at(prompt, "AND")
    if not ends:
        return [(prompt, 1.0)]
    texts = [prompt[start:end] for start, end in zip([0, *(end + 3 for end in ends)], [*ends, len(prompt)])]
    result = []
    for text in texts:
        colon = text.rfind(":")
        weighted = colon >= 0 and not escaped(text)[colon] and re.fullmatch(rf"\s*{NUMBER}\s*", text[colon + 1 :])
        result.append((text[:colon], float(text[colon + 1 :])) if weighted else (text, 1.0))
    return result


def partners(prompt: str) -> dict[int, int]:
    """Each opening bracket whose inside is whole -> its closing one."""
    flags, found = escaped(prompt), {}
    for start, letter in enumerate(prompt):
        if letter not in "([" or flags[start]:
            continue
        waiting = []
        for i in range(start, len(prompt)):
            if flags[i]:
                continue
            if prompt[i] in "([":
                waiting.append(prompt[i])
            elif prompt[i] in ")]":
                if waiting.pop() != {")": "(", "]": "["}[prompt[i]]:
                    break
                if not waiting:
                    found[start] = i
                    break
    return found


def said(prompt: str, step: int, steps: int) -> str:
    """What the prompt says at a step, counted from 0."""
    flags, partner = escaped(prompt), partners(prompt)

    def read(start: int, end: int) -> str:
        text, i = "", start
        while i < end:
            if i in partner and prompt[i] == "[":
                text += construct(i, partner[i])
                i = partner[i] + 1
            elif i in partner:
                text += "(" + read(i + 1, partner[i]) + ")"
                i = partner[i] + 1
            else:
                text += prompt[i]
                i += 1
        return text

    def construct(start: int, end: int) -> str:
        cuts, i = [], start + 1
        while i < end:
            if i in partner:
                i = partner[i]
            elif prompt[i] in ":|" and not flags[i]:
                cuts.append(i)
            i += 1
        kinds = {prompt[cut] for cut in cuts}
        spans = list(zip([start + 1, *(cut + 1 for cut in cuts)], [*cuts, end]))
        if kinds == {"|"}:
            return read(*spans[step % len(spans)])
        when = prompt[spans[-1][0] : spans[-1][1]].strip()
        if kinds == {":"} and len(cuts) <= 2 and WHEN.fullmatch(when):
            at = int(float(when) * steps) if "." in when else int(float(when))
            if step >= at:
                return read(*spans[-2])
            return read(*spans[0]) if len(cuts) == 2 else ""
        return "[" + "".join(read(*span) + (prompt[span[1]] if span[1] < end else "") for span in spans) + "]"

    return read(0, len(prompt))


def weighted(text: str) -> list[tuple[str, float] | object]:
    """The text's stretches of one weight, and BREAK."""
    letters: list[list] = []  # [letter or BREAK, weight]
    opened: dict[str, list[int]] = {"(": [], "[": []}
    flags, breaks, i = escaped(text), word_at(text, "BREAK"), 0

    def close(bracket: str, factor: float) -> bool:
        if not opened[bracket]:
            return False
        for entry in letters[opened[bracket].pop() :]:
            entry[1] *= factor
        return True

    while i < len(text):
        letter = text[i]
        weight = re.compile(rf":\s*({NUMBER})\s*\)").match(text, i)
        if flags[i]:
            letters.append([letter, 1.0])
        elif letter == "\\":
            pass
        elif i in breaks:
            letters.append([BREAK, 1.0])
            i += 4
        elif letter in "([":
            opened[letter].append(len(letters))
        elif weight and close("(", float(weight[1])):
            i = weight.end() - 1
        elif letter == ")" and close("(", 1.1):
            pass
        elif letter == "]" and close("[", 1 / 1.1):
            pass
        elif weight:  # without its opening bracket the whole is text
            letters += [[one, 1.0] for one in weight[0]]
            i = weight.end() - 1
        else:
            letters.append([letter, 1.0])
        i += 1
    while close("(", 1.1) or close("[", 1 / 1.1):
        pass
    parts: list = []
    for letter, weight in letters:
        if letter is BREAK:
            parts.append(BREAK)
        elif parts and parts[-1] is not BREAK and abs(parts[-1][1] - weight) < 1e-12:
            parts[-1] = (parts[-1][0] + letter, weight)
        else:
            parts.append((letter, weight))
    return parts


def chunks(parts: list, tokenizer: CLIPTokenizer) -> list[list[tuple[int, float]]]:
    """Tokens with weights, 75 a chunk at most; a full one ends after the last comma of its last 20 tokens, if there is one."""
    comma = tokenizer.convert_tokens_to_ids(",</w>")
    segments: list[list[tuple[int, float]]] = [[]]
    for part in parts:
        if part is BREAK:
            segments.append([])
        else:
            segments[-1] += [(token, part[1]) for token in tokenizer(part[0], add_special_tokens=False).input_ids]
    filled = []
    for segment in segments:
        while len(segment) > CHUNK:
            commas = [i for i in range(CHUNK - WINDOW, CHUNK) if segment[i][0] == comma]
            cut = commas[-1] + 1 if commas and segment[CHUNK][0] != comma else CHUNK
            filled.append(segment[:cut])
            segment = segment[cut:]
        filled.append(segment)
    return filled if filled[-1] or len(filled) == 1 else filled[:-1]


def emphasise(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """float64 [T, D]: each row times its weight [T], then all so that their mean is as before, if they have one to speak of."""
    weighted = states * weights[:, None]
    if (weights == 1).all() or abs(states.mean()) < 0.01 * states.abs().mean():
        return weighted
    return weighted * (states.mean() / weighted.mean())


def embed(filled: list[list[tuple[int, float]]], count: int, tokenizer: CLIPTokenizer, encoder: torch.nn.Module) -> list[torch.Tensor]:
    """States [77, D] of each of `count` chunks, with emphasis."""
    states = []
    for chunk in [*filled, *([[]] * (count - len(filled)))]:
        rest = CHUNK - len(chunk)
        ids = [tokenizer.bos_token_id, *(token for token, _ in chunk), tokenizer.eos_token_id, *([tokenizer.pad_token_id] * rest)]
        weights = torch.tensor([1.0, *(weight for _, weight in chunk), 1.0, *([1.0] * rest)], dtype=torch.float64)
        with torch.no_grad():
            plain = encoder(torch.tensor([ids])).last_hidden_state[0].double()
        states.append(emphasise(plain, weights))
    return states
