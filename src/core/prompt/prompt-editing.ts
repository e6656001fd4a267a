const TOKEN = /\\[^]?|[[\]()|:]|[^\\[\]()|:]+/g;
const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** A bracket that is open, and what stands in it so far. */
interface Frame {
  readonly bracket: "" | "(" | "[";
  /** What stands between the separators; the last one is being read. */
  readonly parts: string[];
  /** A character for each separator: ":" or "|". */
  separators: string;
  /** Whether the last part was typed as it is, without a bracket in it: only then can it be a number of steps. */
  typed: boolean;
}

/**
 * What a prompt says at one step, in AUTOMATIC1111's syntax: `[from:to:when]` is `from` during the first `when` steps
 * and `to` after them, `[to:when]` and `[from::when]` leave one of both empty, `[a|b]` takes turns from step to step;
 * they nest. A `when` with a point is a fraction of the steps. Everything else (emphasis, escapes, brackets without
 * their partner) stays as it stands.
 *
 * Inside parentheses `:` and `|` part nothing. A bracket that closes another one than was opened last makes all open
 * ones plain, since nothing that holds half a pair is a construct.
 * @param step counts from 0
 */
export function promptAt(prompt: string, step: number, steps: number): string {
  const base: Frame = { bracket: "", parts: [""], separators: "", typed: true };
  let frames = [base];
  const append = (frame: Frame, text: string): void => {
    frame.parts[frame.parts.length - 1] += text;
  };
  const makePlain = (): void => {
    for (const frame of frames.slice(1)) append(base, asTyped(frame));
    frames = [base];
  };

  for (const [token] of prompt.matchAll(TOKEN)) {
    const top = frames.at(-1)!;
    if (token === "[" || token === "(") {
      frames.push({ bracket: token, parts: [""], separators: "", typed: true });
    } else if ((token === ":" || token === "|") && top.bracket === "[") {
      top.parts.push("");
      top.separators += token;
      top.typed = true;
    } else if ((token === "]" && top.bracket === "[") || (token === ")" && top.bracket === "(")) {
      frames.pop();
      const parent = frames.at(-1)!;
      append(parent, choose(top, step, steps) ?? asTyped(top) + token);
      parent.typed = false;
    } else {
      if (token === "]" || token === ")") makePlain();
      append(frames.at(-1)!, token);
    }
  }
  makePlain();
  return base.parts[0]!;
}

/** What a closed bracket says at a step; undefined where it is none of these constructs. */
function choose(
  { bracket, parts, separators, typed }: Frame,
  step: number,
  steps: number,
): string | undefined {
  if (bracket === "(") return undefined;
  if (/^\|+$/.test(separators)) return parts[step % parts.length];
  if (separators !== ":" && separators !== "::") return undefined;
  const when = parts.at(-1)!;
  if (!typed || !NUMBER.test(when)) return undefined;
  const [to = "", from = ""] = parts.slice(0, -1).reverse();
  const steppedAt = when.includes(".") ? Math.trunc(Number(when) * steps) : Math.trunc(Number(when));
  return step < steppedAt ? from : to;
}

function asTyped({ bracket, parts, separators }: Frame): string {
  return bracket + parts.map((part, i) => part + (separators[i] ?? "")).join("");
}
