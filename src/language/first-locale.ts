import { baseLocale, isLocale, locales, type Locale } from "../paraglide/runtime.js";

/** Where the language that was chosen in the page is kept. */
export const LANGUAGE_KEY = "easel-language";

/** The language a page opens in: the one chosen here before, else the first of the browser's that there is. */
export function firstLocale(): Locale {
  return kept() ?? preferred(navigator.languages);
}

function kept(): Locale | undefined {
  try {
    const stored = localStorage.getItem(LANGUAGE_KEY);
    return isLocale(stored) ? stored : undefined;
  } catch {
    // A browser that keeps its storage from this page still has its languages.
    return undefined;
  }
}

/** The first of the wanted languages (BCP 47) of which there is any form: zh-CN and zh-TW both get zh. */
function preferred(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const found = locales.find((locale) => locale === tag.toLowerCase().split("-")[0]);
    if (found !== undefined) return found;
  }
  return baseLocale;
}
