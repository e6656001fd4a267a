import { textClassifierSchema } from "../contracts/seeing-config.ts";
import { corruptConfig, readConfig } from "../core/families/component-config.ts";
import type { ListedFiles } from "../core/model-files.ts";
import { softmax } from "./scores.ts";
import { textTokens } from "./text-tokens.ts";

export interface TextCategories {
  /** The likeliest. */
  readonly category: string;
  /** The share of each category, in the file's order; they sum to 1. */
  readonly scores: readonly { readonly category: string; readonly score: number }[];
}

export interface TextClassifier {
  readonly categories: readonly string[];
  classify(text: string): TextCategories;
}

/** What is known of a token: its inverse document frequency and, by category, its log likelihood. */
interface KnownToken {
  readonly idf: number;
  readonly likelihoods: readonly number[];
}

/**
 * The classifier of prompts: multinomial naive Bayes (Manning, Raghavan and Schuetze, 2008, chapter 13) over TF-IDF of
 * length 1, in scikit-learn's numbers. The file holds the numbers in hundredths (models/lab/lab/text_classifier.py).
 * @throws EaselError `model_corrupt` where the file is missing or its rows are not of the categories.
 */
export async function openTextClassifier(model: ListedFiles, path = "text.json"): Promise<TextClassifier> {
  const { categories, prior, tokens } = await readConfig(model, path, textClassifierSchema);
  if (prior.length !== categories.length) {
    throw corruptConfig(
      path,
      `prior should be of ${categories.length} categories, but is of ${prior.length}`,
    );
  }
  const known = new Map(
    tokens.map(([token, idf, ...behind]): [string, KnownToken] => {
      if (behind.length !== categories.length) {
        throw corruptConfig(
          path,
          `"${token}" should have a number for each of ${categories.length} categories, but has ${behind.length}`,
        );
      }
      return [token, { idf: idf / 100, likelihoods: behind.map((value) => -value / 100) }];
    }),
  );
  return { categories, classify: (text) => classify(text, categories, prior, known) };
}

function classify(
  text: string,
  categories: readonly string[],
  prior: readonly number[],
  known: ReadonlyMap<string, KnownToken>,
): TextCategories {
  const counts = new Map<KnownToken, number>();
  for (const token of textTokens(text)) {
    const found = known.get(token);
    if (found !== undefined) counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  let squares = 0;
  for (const [{ idf }, count] of counts) squares += (count * idf) ** 2;
  const length = Math.sqrt(squares) || 1;
  const logs = Float64Array.from(prior);
  for (const [{ idf, likelihoods }, count] of counts) {
    const weight = (count * idf) / length;
    likelihoods.forEach((likelihood, i) => (logs[i]! += weight * likelihood));
  }
  const shares = softmax(logs);
  const best = shares.reduce((most, share, i) => (share > shares[most]! ? i : most), 0);
  return {
    category: categories[best]!,
    scores: categories.map((category, i) => ({ category, score: shares[i]! })),
  };
}
