import type { ManifestOptions } from "vite-plugin-pwa";
import { SHARE_FIELD, SHARE_TARGET } from "../../contracts/shared-picture.ts";

/** The texts of messages/LANGUAGE.json that the system shows of an installed app. */
export interface ManifestTexts {
  app_description: string;
  app_draw: string;
  app_draw_short: string;
  nav_models: string;
}

/** Each language has a manifest of its own: the system reads one once, and shows its words outside the page. */
export function manifestName(locale: string, base: string): string {
  return locale === base ? "manifest.webmanifest" : `manifest.${locale}.webmanifest`;
}

/** What the system is told of the app: its name, its icons, and what can be opened with it. */
export function webManifest(lang: string, texts: ManifestTexts): Partial<ManifestOptions> {
  return {
    id: "/",
    lang,
    name: "Easel",
    short_name: "Easel",
    description: texts.app_description,
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: "#eef0ec",
    theme_color: "#0b6b58",
    categories: ["graphics", "productivity"],
    shortcuts: [
      { name: texts.app_draw, short_name: texts.app_draw_short, url: "/#/" },
      { name: texts.nav_models, url: "/#/models" },
    ],
    share_target: {
      action: SHARE_TARGET,
      method: "POST",
      enctype: "multipart/form-data",
      params: {
        files: [{ name: SHARE_FIELD, accept: ["image/png", "image/jpeg", "image/webp", "image/*"] }],
      },
    },
    file_handlers: [
      {
        action: "/",
        accept: {
          "image/png": [".png"],
          "image/jpeg": [".jpg", ".jpeg"],
          "image/webp": [".webp"],
        },
      },
    ],
    icons: [
      { src: "/icons/icon.svg", sizes: "any", type: "image/svg+xml" },
      { src: "/icons/icon-192.png", sizes: "192x192", type: "image/png" },
      { src: "/icons/icon-512.png", sizes: "512x512", type: "image/png" },
      { src: "/icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    ],
  };
}
