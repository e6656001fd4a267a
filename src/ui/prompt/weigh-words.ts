/** A change of a text field: what stands from `from` to `to` gives way to `text`, then `select` is selected. */
export interface Edit {
  from: number;
  to: number;
  text: string;
  select: readonly [from: number, to: number];
}

const STEP = 0.1;
const [LEAST, MOST] = [0, 2];
/** What parts words; a full stop in a number does not. */
const BETWEEN_WORDS = /[\s,;:!?()[\]{}|"“”，。；：！？、]/u;

/**
 * Ctrl+Up and Ctrl+Down as AUTOMATIC1111 has them: the selected words, those in the round brackets around the cursor,
 * or the word under it are weighed a tenth more or less, `(words:1.1)`; at 1 the brackets go.
 * @returns undefined where there is no word
 */
export function weighWords(text: string, from: number, to: number, up: boolean): Edit | undefined {
  const weighed = weighedAround(text, from, to);
  const plain = weighed ?? plainAt(text, from, to);
  if (plain === undefined) return undefined;
  const words = text.slice(plain.from, plain.to);
  const weight = Math.round((plain.weight + (up ? STEP : -STEP)) * 100) / 100;
  const next = Math.min(MOST, Math.max(LEAST, weight));
  const [start, end] = weighed === undefined ? [plain.from, plain.to] : weighed.outer;
  const bare = next === 1;
  const selectFrom = bare ? start : start + 1;
  return {
    from: start,
    to: end,
    text: bare ? words : `(${words}:${next})`,
    select: [selectFrom, selectFrom + words.length],
  };
}

interface Words {
  from: number;
  to: number;
  weight: number;
}

/** The innermost round brackets with a weight, or with none, around the selection; they and it may coincide. */
function weighedAround(
  text: string,
  from: number,
  to: number,
): (Words & { outer: readonly [number, number] }) | undefined {
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "\\") at++;
    else if (sign === "(") open.push(at);
    else if (sign === ")") {
      const start = open.pop();
      if (start === undefined || start > from || at + 1 < to) continue;
      const inner = text.slice(start + 1, at);
      const told = /:\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+))\s*$/.exec(inner);
      return {
        from: start + 1,
        to: start + 1 + (told?.index ?? inner.length),
        weight: told === null ? 1.1 : Number(told[1]),
        outer: [start, at + 1],
      };
    }
  }
  return undefined;
}

/** What is selected without the space at its ends, or the word that the cursor touches. */
function plainAt(text: string, from: number, to: number): Words | undefined {
  let [start, end] = [from, to];
  if (start === end) {
    while (start > 0 && !BETWEEN_WORDS.test(text[start - 1]!)) start--;
    while (end < text.length && !BETWEEN_WORDS.test(text[end]!)) end++;
  }
  while (start < end && /\s/.test(text[start]!)) start++;
  while (end > start && /\s/.test(text[end - 1]!)) end--;
  return start === end ? undefined : { from: start, to: end, weight: 1 };
}
