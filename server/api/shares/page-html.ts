import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { PRIVATE_ELEMENT, PRIVATE_SCRIPT } from "../../../src/contracts/sealed-picture.ts";
import { plainPage, type Html } from "../pages/plain-page.ts";

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
  return plainPage(
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

/**
 * The page of a private link. It knows nothing of the picture: its script fetches what lies at `sealedPath` and opens it
 * with the key behind the #, and says in the reader's language what happens.
 */
export function privatePage({ pageUrl, sealedPath }: { pageUrl: string; sealedPath: string }): Html {
  const title = "A private picture";
  return plainPage(
    title,
    html`<meta property="og:type" content="website" />
      <meta property="og:site_name" content="Easel" />
      <meta property="og:title" content="${title}" />
      <meta property="og:description" content="Only who has the whole link can see it." />
      <meta property="og:url" content="${pageUrl}" />
      <script type="module" src="${PRIVATE_SCRIPT}"></script>`,
    html`<div id="${PRIVATE_ELEMENT}" data-sealed="${sealedPath}">
      <noscript>
        <div class="words">
          <h1>${title}</h1>
          <p>It is decrypted in your browser, which needs JavaScript for it.</p>
        </div>
      </noscript>
    </div>`,
  );
}

/** What is shown for a link that never was, was revoked, or has expired. */
export function missingPage(): Html {
  return plainPage(
    "This picture is not shared any more",
    "" as HtmlEscapedString,
    html`<div class="words">
      <h1>This picture is not shared any more</h1>
      <p>Whoever made the link has taken it back, it has expired, or the address is mistyped.</p>
      <p><a href="/">Make a picture with Easel</a></p>
    </div>`,
  );
}
