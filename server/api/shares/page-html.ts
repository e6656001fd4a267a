import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

const STYLE_LINK = "/s/style.css";

/** The stylesheet of the pages below /s: no script, light and dark by the reader's setting. */
export const SHARE_STYLE = `
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
`;

function page(title: string, head: Html, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="stylesheet" href="${STYLE_LINK}" />
        ${head}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`;
}

export interface SharedPicture {
  /** Null: not to be shown. */
  prompt: string | null;
  /** Absolute. */
  pageUrl: string;
  imageUrl: string;
  contentType: string;
  /** Pixels. */
  width: number;
  height: number;
}

/** The page behind a link. Its Open Graph tags (ogp.me) let messengers show the picture. */
export function sharePage(picture: SharedPicture): Html {
  const { prompt, pageUrl, imageUrl, contentType, width, height } = picture;
  const title = prompt ?? "A picture made with Easel";
  const head = html`<meta property="og:type" content="website" />
    <meta property="og:site_name" content="Easel" />
    <meta property="og:title" content="${title}" />
    <meta property="og:description" content="Made with Easel" />
    <meta property="og:url" content="${pageUrl}" />
    <meta property="og:image" content="${imageUrl}" />
    <meta property="og:image:type" content="${contentType}" />
    <meta property="og:image:width" content="${width}" />
    <meta property="og:image:height" content="${height}" />
    <meta property="og:image:alt" content="${title}" />
    <meta name="twitter:card" content="summary_large_image" />
    <meta name="twitter:title" content="${title}" />
    <meta name="twitter:image" content="${imageUrl}" />`;
  const caption = prompt === null ? "" : html`<figcaption>${prompt}</figcaption>`;
  return page(
    title,
    head,
    html`<figure>
        <img
          src="${new URL(imageUrl).pathname}"
          alt="${title}"
          width="${width}"
          height="${height}"
          crossorigin="anonymous"
        />
        ${caption}
      </figure>
      <p class="from">Made with <a href="/">Easel</a></p>`,
  );
}

/** What is shown for a link that never was, was revoked, or has expired. */
export function missingPage(): Html {
  return page(
    "This picture is not shared any more",
    "" as HtmlEscapedString,
    html`<div class="words">
      <h1>This picture is not shared any more</h1>
      <p>Whoever made the link has taken it back, it has expired, or the address is mistyped.</p>
      <p><a href="/">Make a picture with Easel</a></p>
    </div>`,
  );
}
