import { PRIVATE_ELEMENT } from "../../contracts/sealed-picture.ts";
import { firstLocale } from "../../language/first-locale.ts";
import { m } from "../../paraglide/messages.js";
import { overwriteGetLocale } from "../../paraglide/runtime.js";
import type { OpenedPicture } from "../sealed-picture.ts";
import { openLink, type Refusal } from "./open-link.ts";

/** The page of a private link: without framework, for whoever opens it may never use Easel. */

const REFUSALS: Readonly<Record<Refusal, () => string>> = {
  no_key: m.private_no_key,
  wrong_key: m.private_wrong_key,
  gone: m.private_gone,
  insecure: m.private_insecure,
  unreachable: m.private_unreachable,
};

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  content: string | Node[],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (typeof content === "string") made.textContent = content;
  else made.append(...content);
  return made;
}

async function figure({ prompt, png }: OpenedPicture): Promise<HTMLElement> {
  const image = element("img", "");
  image.src = URL.createObjectURL(png);
  image.alt = prompt;
  await image.decode();
  image.width = image.naturalWidth;
  image.height = image.naturalHeight;
  return element("figure", prompt === "" ? [image] : [image, element("figcaption", prompt)]);
}

function words(text: string): HTMLElement {
  const made = element("div", [element("h1", m.private_title()), element("p", text)]);
  made.className = "words";
  return made;
}

async function show(place: HTMLElement): Promise<void> {
  document.title = m.private_title();
  const status = words(m.private_opening());
  status.setAttribute("role", "status");
  place.replaceChildren(status);
  const opened = await openLink(place.dataset["sealed"] ?? "", location.hash.slice(1));
  // A picture that can't be decoded was not made by Easel: as good as a wrong key.
  const shown = typeof opened === "string" ? opened : await figure(opened).catch((): Refusal => "wrong_key");
  if (typeof shown === "string") {
    const refused = words(REFUSALS[shown]());
    refused.setAttribute("role", "alert");
    place.replaceChildren(refused);
    return;
  }
  const from = element("p", m.private_shown());
  from.className = "from";
  place.replaceChildren(shown, from);
}

const locale = firstLocale();
overwriteGetLocale(() => locale);
document.documentElement.lang = locale;
const place = document.getElementById(PRIVATE_ELEMENT);
if (place !== null) {
  void show(place);
  // The rest of the link, pasted behind the part that was opened.
  addEventListener("hashchange", () => void show(place));
}
