import { keptTheme, THEME_KEY, THEMES, type Theme } from "./kept-theme.ts";

/** Light, dark, or as the system is; first-paint/before-paint.ts sets it before the first paint. */
export class ThemeChoice {
  #theme = $state<Theme>(keptTheme());

  get theme(): Theme {
    return this.#theme;
  }

  choose(theme: Theme): void {
    this.#theme = theme;
    document.documentElement.dataset.theme = theme;
    if (theme === "system") localStorage.removeItem(THEME_KEY);
    else localStorage.setItem(THEME_KEY, theme);
  }

  /** system, light, dark, and round again. */
  turn(): void {
    this.choose(THEMES[(THEMES.indexOf(this.#theme) + 1) % THEMES.length] ?? "system");
  }
}
