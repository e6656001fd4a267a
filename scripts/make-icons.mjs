// Draws the app's icons from public/icons/icon.svg: `node scripts/make-icons.mjs` after a change to the logo.
import { readFile } from "node:fs/promises";
import sharp from "sharp";

const folder = new URL("../public/icons/", import.meta.url);
const logo = await readFile(new URL("icon.svg", folder));
/** The wall behind the logo where a platform cuts the icon into its own shape. */
const ground = "#eef0ec";

async function plain(side) {
  return await sharp(logo, { density: 600 }).resize(side, side).png({ compressionLevel: 9 }).toBuffer();
}

/** `share`: how much of the side the logo may take; a mask may cut away the rest. */
async function onGround(side, share) {
  const inner = await plain(Math.round(side * share));
  const canvas = sharp({ create: { width: side, height: side, channels: 4, background: ground } });
  return await canvas
    .composite([{ input: inner }])
    .flatten({ background: ground })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

const icons = {
  "icon-192.png": await plain(192),
  "icon-512.png": await plain(512),
  "maskable-512.png": await onGround(512, 0.72),
  "apple-touch-icon.png": await onGround(180, 0.84),
};
for (const [name, png] of Object.entries(icons)) {
  await sharp(png).toFile(new URL(name, folder).pathname);
  console.log(`${name} ${png.length} bytes`);
}
