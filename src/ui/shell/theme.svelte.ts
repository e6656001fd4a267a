export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "easel-theme";

/** Light, dark, or as the system is; `public/theme.js` sets it before the first paint. */
export class ThemeChoice {
  #theme = $state<Theme>(THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? "system");

  get theme(): Theme {
    return this.#theme;
  }

  choose(theme: Theme): void {
    this.#theme = theme;
    document.documentElement.dataset.theme = theme;
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  }

  /** system, light, dark, and round again. */
  turn(): void {
    this.choose(THEMES[(THEMES.indexOf(this.#theme) + 1) % THEMES.length] ?? "system");
  }
}
