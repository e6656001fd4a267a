import { tagsOf } from "../contracts/sight.ts";
import { CATEGORY_WORDS } from "../contracts/text-category.ts";
import type { Job } from "./database.ts";

/** What the wall shows of the history; null and false let everything pass. */
export interface Query {
  /** Words that must all occur; `"several words"` together, `-word` must not, `seed:7`, `steps:12`, `size:128x128`, `about:food`. */
  words: string;
  model: string | null;
  /** As {@link sizeOf} writes it. */
  size: string | null;
  /** Milliseconds since 1970, both inclusive. */
  since: number | null;
  until: number | null;
  starred: boolean;
  albumId: string | null;
}

export const EVERYTHING: Query = Object.freeze({
  words: "",
  model: null,
  size: null,
  since: null,
  until: null,
  starred: false,
  albumId: null,
});

export function sizeOf({ request, result }: Job): string {
  return `${result?.width ?? request.width}×${result?.height ?? request.height}`;
}

/** The jobs that a query asks for, in the order they came; those that still wait are in the queue, not here. */
export function findJobs(jobs: readonly Job[], query: Query): Job[] {
  const wanted = wordsOf(query.words);
  return jobs.filter(
    (job) =>
      job.status !== "queued" &&
      (!query.starred || job.starred) &&
      (query.albumId === null || job.albumIds.includes(query.albumId)) &&
      (query.model === null || job.request.model === query.model) &&
      (query.since === null || job.createdAt >= query.since) &&
      (query.until === null || job.createdAt <= query.until) &&
      (query.size === null || sizeOf(job) === query.size) &&
      wanted.every(({ text, exclude }) => searchTextOf(job).includes(text) !== exclude),
  );
}

interface Word {
  text: string;
  exclude: boolean;
}

/** Numbers are meant whole: `seed:4` is not seed 42. */
const WHOLE = /^(seed|steps|guidance|size|about):\S+$/;

function wordsOf(words: string): Word[] {
  const found = [...normal(words).matchAll(/(-?)(?:"([^"]+)"|(\S+))/g)].map(
    ([, minus, phrase, word = ""]) => ({
      text: phrase ?? (WHOLE.test(word) ? ` ${word.replace("×", "x")} ` : word),
      exclude: minus === "-",
    }),
  );
  // Half a word to leave out, or half a phrase: more is being typed.
  return found.filter(({ text }) => text !== "-" && text !== '"');
}

/** Full-width letters, capitals and accents in two pieces are found as what they look like. */
function normal(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** Made once a job: a changed job is another object. */
const TEXTS = new WeakMap<Job, string>();

/** What a job is found by. */
export function searchTextOf(job: Job): string {
  const known = TEXTS.get(job);
  if (known !== undefined) return known;
  const { request } = job;
  const settings = [
    `seed:${request.seed}`,
    `steps:${request.numSteps}`,
    `guidance:${request.guidanceScale}`,
    `size:${sizeOf(job).replace("×", "x")}`,
    `model:${request.model}`,
    `scheduler:${request.scheduler}`,
    `sigmas:${request.sigmas}`,
    job.drawnBy ?? "",
    ...(job.category === undefined ? [] : [`about:${job.category}`, CATEGORY_WORDS[job.category]]),
    ...(job.sight === undefined ? [] : tagsOf(job.sight).map(({ label, labelZh }) => `${label} ${labelZh}`)),
  ];
  const text = normal(`${request.prompt}\n${request.negativePrompt}\n ${settings.join(" ")} `);
  TEXTS.set(job, text);
  return text;
}
