import { firstLocale, LANGUAGE_KEY } from "../../language/first-locale.ts";
import { overwriteGetLocale, type Locale } from "../../paraglide/runtime.js";

/** The page's language. Every text reads it as it is shown, so that a change shows at once, without a reload. */
class Language {
  #locale = $state<Locale>(firstLocale());

  constructor() {
    overwriteGetLocale(() => this.#locale);
  }

  get locale(): Locale {
    return this.#locale;
  }

  choose(locale: Locale): void {
    this.#locale = locale;
    try {
      localStorage.setItem(LANGUAGE_KEY, locale);
    } catch {
      // A full disk costs the choice at the next visit, not now.
    }
  }
}

export const language = new Language();
