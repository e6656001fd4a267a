import { firstLocale } from "../../language/first-locale.ts";
import { keptTheme } from "../shell/kept-theme.ts";

/*
 * Runs before the first paint, alone: a chosen theme does not flash, and what index.html shows until the page's own
 * scripts run (FirstPaint.svelte) is in the page's language, and only where the studio opens.
 */
const { documentElement: html } = document;
html.dataset.theme = keptTheme();
html.lang = firstLocale();
if (/^(?:#\/?)?$/.test(location.hash)) {
  const shown = new CSSStyleSheet();
  shown.replaceSync(`.first-paint[lang="${html.lang}"] { display: block }`);
  document.adoptedStyleSheets.push(shown);
}
