import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";
import { chromiumFlags, chromiumPath } from "../e2e/chromium.ts";
import { EaselServer, freePort } from "../e2e/easel-server.ts";
import { buildWhatIsStale } from "../scripts/build.mjs";

/** Not among the project's packages: one of its own asks for another's newest version, whatever that is, and `npm ci` fails. */
const LIGHTHOUSE = "lighthouse@12.8.2";
const FOLDER = resolve(".cache/bench", LIGHTHOUSE);

/** What is used of it. */
interface Lighthouse {
  default(url: string, flags: object, config?: object): Promise<{ lhr: Result } | undefined>;
  desktopConfig: object;
}
interface Result {
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { id: string; title: string; score: number | null; displayValue?: string }>;
}

async function loadLighthouse(): Promise<Lighthouse> {
  const entry = resolve(FOLDER, "node_modules/lighthouse/core/index.js");
  if (!existsSync(entry))
    execFileSync("npm", ["install", "--prefix", FOLDER, "--no-audit", "--no-fund", LIGHTHOUSE], {
      stdio: "ignore",
    });
  return (await import(pathToFileURL(entry).href)) as Lighthouse;
}

const CATEGORIES = ["performance", "accessibility", "best-practices"] as const;
const FORMS = ["mobile", "desktop"] as const;
const LEAST_SCORE = 95;
const SHOWN = 6;

/**
 * Prints Lighthouse's scores of the built app's first screen, as a phone and as a desk, and what costs points.
 * @returns whether each is at least 95
 */
export async function benchLighthouse(): Promise<boolean> {
  await buildWhatIsStale();
  const server = await EaselServer.start();
  const port = await freePort();
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: [...chromiumFlags, `--remote-debugging-port=${port}`],
  });
  let kept = true;
  try {
    for (const form of FORMS) {
      const scores = await audit(server.url, port, form);
      console.log(
        `lighthouse, ${form}: ${scores.map(({ name, score }) => `${name} ${score}`).join(", ")} (each at least ${LEAST_SCORE})`,
      );
      for (const { costs } of scores) for (const cost of costs) console.log(`  ${cost}`);
      kept &&= scores.every(({ score }) => score >= LEAST_SCORE);
    }
  } finally {
    await browser.close();
    await server.dispose();
  }
  return kept;
}

interface Score {
  name: string;
  score: number;
  /** The audits that cost the most points. */
  costs: string[];
}

async function audit(url: string, port: number, form: (typeof FORMS)[number]): Promise<Score[]> {
  const lighthouse = await loadLighthouse();
  const flags = { port, logLevel: "error", onlyCategories: [...CATEGORIES] };
  const result = await lighthouse.default(
    url,
    flags,
    form === "desktop" ? lighthouse.desktopConfig : undefined,
  );
  if (result === undefined) throw new Error("Lighthouse gave no result.");
  const { categories, audits } = result.lhr;
  return CATEGORIES.map((id) => {
    const category = categories[id];
    if (category === undefined || category.score === null) throw new Error(`Lighthouse did not score ${id}.`);
    const lost = category.auditRefs
      .map(({ id: auditId, weight }) => ({ audit: audits[auditId], weight }))
      .flatMap(({ audit: one, weight }) =>
        one === undefined || one.score === null || one.score === 1 || weight === 0
          ? []
          : [{ points: weight * (1 - one.score), words: `${one.id}: ${one.displayValue ?? one.title}` }],
      )
      .sort((a, b) => b.points - a.points);
    const costs = lost.slice(0, SHOWN).map(({ words }) => words);
    return { name: id, score: Math.round(category.score * 100), costs };
  });
}
