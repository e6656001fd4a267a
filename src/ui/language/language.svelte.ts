import { baseLocale, isLocale, locales, overwriteGetLocale, type Locale } from "../../paraglide/runtime.js";

const KEY = "easel-language";

/**
 * The page's language: the one chosen here before, else the first of the browser's that there is. Every text reads
 * it as it is shown, so that a change shows at once, without a reload.
 */
class Language {
  #locale = $state<Locale>(kept() ?? preferred(navigator.languages));

  constructor() {
    overwriteGetLocale(() => this.#locale);
  }

  get locale(): Locale {
    return this.#locale;
  }

  choose(locale: Locale): void {
    this.#locale = locale;
    try {
      localStorage.setItem(KEY, locale);
    } catch {
      // A full disk costs the choice at the next visit, not now.
    }
  }
}

function kept(): Locale | undefined {
  const stored = localStorage.getItem(KEY);
  return isLocale(stored) ? stored : undefined;
}

/** The first of the wanted languages (BCP 47) of which there is any form: zh-CN and zh-TW both get zh. */
export function preferred(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const found = locales.find((locale) => locale === tag.toLowerCase().split("-")[0]);
    if (found !== undefined) return found;
  }
  return baseLocale;
}

export const language = new Language();
