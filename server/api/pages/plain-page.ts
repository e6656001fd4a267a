import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Where the stylesheet lies. */
export const STYLE_PATH = "/s/style.css";

/** Their stylesheet: no script, light and dark by the reader's setting. */
export const PLAIN_STYLE = `
:root { color-scheme: light dark; --ground: #faf8f5; --card: #ffffff; --ink: #22201d; --soft: #6b655d; --line: #e4dfd7; --accent: #b4472c; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #171513; --card: #211e1b; --ink: #f2eee8; --soft: #a9a196; --line: #38332d; --accent: #f0906f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 1.25rem;
  background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { width: min(100%, 36rem); }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; overflow: hidden;
  box-shadow: 0 1rem 3rem rgb(0 0 0 / 0.12); }
img { display: block; width: 100%; height: auto; max-height: 75vh; object-fit: contain; image-rendering: auto; }
figcaption { padding: 1rem 1.25rem; border-top: 1px solid var(--line); font-size: 1.1rem; overflow-wrap: anywhere;
  white-space: pre-wrap; }
.from { margin: 1rem 0.25rem 0; color: var(--soft); font-size: 0.9rem; text-align: center; }
a { color: var(--accent); text-underline-offset: 0.2em; }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 0.2rem; }
h1 { font-size: 1.4rem; margin: 0 0 0.5rem; }
.words { text-align: center; }
form { display: grid; gap: 0.75rem; margin-top: 1.25rem; text-align: start; }
label { display: grid; gap: 0.3rem; }
input { font: inherit; padding: 0.6rem 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem;
  background: var(--card); color: var(--ink); }
button { font: inherit; padding: 0.6rem 1rem; border: 0; border-radius: 0.5rem; background: var(--accent);
  color: var(--ground); cursor: pointer; }
button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** A page of few words that needs no app and no script. */
export function plainPage(title: string, head: Html, body: Html, language = "en"): Html {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="stylesheet" href="${STYLE_PATH}" />
        ${head}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`;
}
